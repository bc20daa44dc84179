import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import type { MirrorItem } from '../../../src/model/sync.ts';
import { addToAccessGroup, grantAccess, removeFromAccessGroup } from '../../../src/site/access.ts';
import { createAccessGroup, deleteAccessGroup } from '../../../src/site/access-groups.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { assignCredential, findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance, deleteEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { deleteUserIdentity } from '../../../src/site/identity-users.ts';
import { applyMirrored, heldToRead } from '../../../src/site/mirror.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { dropMessage } from '../../../src/site/outbox.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { deleteUser, findUser, updateUser } from '../../../src/site/users.ts';
import { ANOTHER_CARD, issue } from './card-bed.ts';
import {
  contentsByName,
  deliverAll,
  eventsOf,
  everythingOf,
  held,
  itemOf,
  named,
  pairDesk,
  refusedWith,
  sameAs,
  sharedAs,
  waiting,
  walkThrough,
  writing,
} from './mirror-bed.ts';
import { addUser, changesOf, contentsOf, openTestSite, temporaryFolder } from './site-bed.ts';

const ADA = { key: 'guest-7', fullName: 'Ada Lovelace', emailAddress: null, phoneNumber: null };

const openDesk = () => openTestSite({ hasBackend: true });

/** A card of this user that is still to be issued, or a PIN. */
const addCredential = (site: Site, acsUserId: string, accessMethod: 'card' | 'code' = 'card') =>
  createCredential(site, {
    ...{ accessMethod, acsUserId, code: null, startsAt: null, endsAt: null, entranceIds: [] },
  }).id;

/** The desk hears of these things, as they are above by now. */
const hear = (desk: Site, above: Site, names: readonly ResourceName[]) =>
  applyMirrored(
    desk,
    names.map((name) => itemOf(above, name)),
    null,
  );

/** A site with one of everything. */
function fullSite() {
  const above = openTestSite();
  const gate = createEntrance(above, 'Gate');
  const pool = createEntrance(above, 'Pool');
  const guests = createAccessGroup(above, { name: 'Guests', entranceIds: [gate.id] });
  const person = createUserIdentity(above, ADA);
  const ada = addUser(above, 'Ada', { userIdentityId: person.id });
  addToAccessGroup(above, guests.id, { kind: 'acs_user', acsUserId: ada.id });
  grantAccess(above, pool.id, { kind: 'acs_user', acsUserId: ada.id });
  const cardId = issue(above, addCredential(above, ada.id)).id;
  const pinId = addCredential(above, ada.id, 'code');
  return { above, gate, pool, guests, person, ada, cardId, pinId };
}

describe('what the backend has', () => {
  test('is here after a walk through it, under the same ids, and the apps hear of it', () => {
    const { above, gate, pool, ada, cardId, pinId } = fullSite();
    const desk = openDesk();
    walkThrough(desk, openTestSite());
    const events = eventsOf(desk, () => walkThrough(desk, above));
    expect(contentsByName(desk)).toEqual(contentsByName(above));
    expect(events.toSorted()).toEqual(
      [
        ...[`acs_entrance.added ${gate.id}`, `acs_entrance.added ${pool.id}`, `acs_user.created ${ada.id}`],
        ...[`acs_credential.issued ${cardId}`, `acs_credential.issued ${pinId}`],
      ].toSorted(),
    );
    expect(sharedAs(desk, named.user(ada.id))).toBe(ada.id);
    expect(waiting(desk)).toEqual([]);
  });

  test('was always there: the first walk announces nothing of it, and one line of changes has all of a slice', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    pairDesk(desk);
    const changes = changesOf(desk, () => {
      expect(eventsOf(desk, () => walkThrough(desk, above))).toEqual([]);
    });
    const resources = everythingOf(above).map(({ kind, id }) => ({ kind, id }));
    expect(changes).toEqual([{ type: 'sync.changed', resources }]);
    expect(desk.store.feed.after(0, 100)).toHaveLength(resources.length);
    const grace = addUser(above, 'Grace');
    const later = [named.user(ada.id), named.user(grace.id)];
    expect(eventsOf(desk, () => hear(desk, above, later))).toEqual([`acs_user.created ${grace.id}`]);
  });

  test('was here before the first walk, and became another above, is announced as that', () => {
    const above = openTestSite();
    const ada = addUser(above, 'Ada');
    const cardId = addCredential(above, ada.id);
    const desk = openDesk();
    hear(desk, above, [named.user(ada.id), named.credential(cardId)]);
    issue(above, cardId);
    expect(changesOf(desk, () => walkThrough(desk, above))).toMatchObject([
      { type: 'event', event: { type: 'acs_credential.issued', subject: { acsCredentialId: cardId } } },
    ]);
  });

  test('is here already at the next walk, which announces and writes nothing', () => {
    const { above } = fullSite();
    const desk = openDesk();
    pairDesk(desk);
    walkThrough(desk, above);
    const [before, feedEnd] = [contentsOf(desk), desk.store.feed.last()];
    desk.clock.advance(1_000);
    walkThrough(desk, above);
    expect(contentsOf(desk)).toEqual(before);
    expect(desk.store.feed.last()).toBe(feedEnd);
    expect(desk.store.sharedResources.unmet('acs_user', 2, 10)).toEqual([]);
  });

  test('is not even written when nothing of it is another', () => {
    const { above } = fullSite();
    const writes: string[] = [];
    const counted = (name: string) => () => {
      writes.push(name);
    };
    const desk = openTestSite({ hasBackend: true }, temporaryFolder(), (store) => ({
      ...store,
      users: { ...store.users, update: counted('users') },
      userIdentities: { ...store.userIdentities, update: counted('userIdentities') },
      entrances: { ...store.entrances, update: counted('entrances') },
      accessGroups: { ...store.accessGroups, update: counted('accessGroups') },
      credentials: { ...store.credentials, update: counted('credentials') },
    }));
    walkThrough(desk, above);
    writes.length = 0;
    walkThrough(desk, above);
    expect(writes).toEqual([]);
    const [item] = everythingOf(above);
    if (item?.state) applyMirrored(desk, [{ ...item, state: { ...item.state, name: 'Door' } }], null);
    expect(writes).toEqual(['entrances']);
  });

  test('is changed here when it is news, sets and all, and desks below hear of it', () => {
    const { above, guests, pool, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    pairDesk(desk);
    updateUser(above, { acsUserId: ada.id }, { fullName: 'Ada King' });
    removeFromAccessGroup(above, guests.id, { acsUserId: ada.id });
    deleteEntrance(above, pool.id);
    hear(desk, above, [named.entrance(pool.id), named.user(ada.id)]);
    expect(contentsByName(desk)).toEqual(contentsByName(above));
    expect(desk.store.feed.after(0, 10).map(({ kind, isGone }) => ({ kind, isGone }))).toEqual([
      { kind: 'acs_user', isGone: false },
      { kind: 'acs_entrance', isGone: true },
    ]);
  });

  test('rings the doorbell only when it changed something here', async () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    await new Promise(setImmediate);
    let rings = 0;
    desk.doorbell.listen(() => {
      rings++;
    });
    hear(desk, above, [named.user(ada.id)]);
    await new Promise(setImmediate);
    expect(rings).toBe(0);
    updateUser(above, { acsUserId: ada.id }, { fullName: 'Ada King' });
    hear(desk, above, [named.user(ada.id)]);
    await new Promise(setImmediate);
    expect(rings).toBe(1);
  });

  test('comes in any order of kinds within one answer', () => {
    const { above, gate, guests, person, ada, cardId, pool } = fullSite();
    const desk = openDesk();
    hear(desk, above, [
      ...[named.credential(cardId), named.user(ada.id), named.identity(person.id), named.group(guests.id)],
      ...[named.entrance(pool.id), named.entrance(gate.id)],
    ]);
    expect(held(desk)).toEqual({});
    expect(findCredential(desk, cardId).acsUserId).toBe(ada.id);
  });

  test('is held until what it names is here', () => {
    const { above, guests, person, ada } = fullSite();
    const desk = openDesk();
    hear(desk, above, [named.user(ada.id)]);
    expect(held(desk)).toEqual({
      [`acs_user ${ada.id}`]: `It names the user identity ${person.id}, which is not here yet.`,
    });
    expect(desk.store.users.get(ada.id)).toBeNull();
    const all = [...above.store.entrances.list({}, { after: 0, limit: 9 }).rows].map(({ id }) => id);
    hear(desk, above, [...all.map(named.entrance), named.group(guests.id), named.identity(person.id)]);
    expect(heldToRead(desk, 10)).toEqual([named.user(ada.id)]);
    hear(desk, above, heldToRead(desk, 10));
    expect(held(desk)).toEqual({});
    expect(findUser(desk, { acsUserId: ada.id }).userIdentityId).toBe(person.id);
  });

  test('has an id of its own here where the backend gives none that can be one, always the same', () => {
    const [desk, another] = [openDesk(), openDesk()];
    const items: readonly MirrorItem[] = [
      { kind: 'acs_user', id: 'user_17', state: { fullName: 'Ada' } },
      { kind: 'acs_credential', id: 'credential_4', state: { accessMethod: 'code', acsUserId: 'user_17' } },
    ];
    for (const site of [desk, another]) applyMirrored(site, items, null);
    const [ada] = desk.store.users.list({}, { after: 0, limit: 2 }).rows;
    expect(ada?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ada && sharedAs(desk, named.user(ada.id))).toBe('user_17');
    expect(contentsByName(another)).toEqual(contentsByName(desk));
    const [pin] = desk.store.credentials.list({}, { after: 0, limit: 2 }).rows;
    expect(pin?.acsUserId).toBe(ada?.id);
    applyMirrored(desk, [{ kind: 'acs_user', id: 'user_17', state: { fullName: 'Ada King' } }], null);
    expect(ada && findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada King');
  });

  test('has another id here when its own is that of another thing of this desk', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const grace = addUser(above, 'Grace');
    const ada = addUser(desk, 'Ada');
    deliverAll(desk, () => sameAs(grace.id));
    const state = { fullName: 'Somebody else' };
    applyMirrored(desk, [{ kind: 'acs_user', id: ada.id, state }], null);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada');
    expect(desk.store.users.list({}, { after: 0, limit: 9 }).rows).toHaveLength(2);
  });

  test('is held with a reason when nobody could have it', () => {
    const desk = openDesk();
    applyMirrored(desk, [{ kind: 'acs_user', id: newId(), state: { fullName: 17 } }], null);
    expect(Object.values(held(desk))).toEqual(['What the backend says of it cannot be here: fullName.']);
  });

  test('is read again when something of it was settled while it was read', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    updateUser(above, { acsUserId: ada.id }, { fullName: 'Ada King' });
    applyMirrored(desk, [itemOf(above, named.user(ada.id))], 1, ({ id }) => id === ada.id);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada');
    expect(heldToRead(desk, 10)).toEqual([named.user(ada.id)]);
  });
});

describe('what this desk has not told the backend yet', () => {
  test('stays as it is here, and what is above comes once it is settled', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada at the desk' });
    updateUser(above, { acsUserId: ada.id }, { fullName: 'Ada above', emailAddress: 'ada@example.com' });
    hear(desk, above, [named.user(ada.id)]);
    expect(findUser(desk, { acsUserId: ada.id })).toMatchObject({
      ...{ fullName: 'Ada at the desk', emailAddress: null },
    });
    expect(heldToRead(desk, 10)).toEqual([]);
    deliverAll(desk, () => refusedWith());
    hear(desk, above, [named.user(ada.id)]);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada at the desk');
    const [refused] = desk.store.outbox.refused({ after: 0, limit: 1 }).rows;
    dropMessage(desk, refused?.id ?? '');
    expect(held(desk)).toEqual({});
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada at the desk');
    walkThrough(desk, above);
    expect(contentsByName(desk)).toEqual(contentsByName(above));
  });

  test('is read again once it is told, if it was heard of meanwhile', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    updateUser(above, { acsUserId: ada.id }, { emailAddress: 'ada@example.com' });
    hear(desk, above, [named.user(ada.id)]);
    deliverAll(desk);
    expect(heldToRead(desk, 10)).toEqual([named.user(ada.id)]);
  });

  test('is met in a walk all the same, and not held by it', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada at the desk' });
    walkThrough(desk, above);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada at the desk');
    expect(held(desk)).toEqual({});
  });

  test('is not made again when it was deleted here', () => {
    const { above, pinId } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    deleteCredential(desk, pinId);
    walkThrough(desk, above);
    expect(desk.store.credentials.get(pinId)).toBeNull();
    deliverAll(desk);
    expect(sharedAs(desk, named.credential(pinId))).toBeNull();
  });
});

describe('what is gone above', () => {
  test('goes here with its event, and with what a deletion here would take along', () => {
    const { above, person, ada, guests, gate, cardId, pinId } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    deleteUserIdentity(above, person.id);
    deleteAccessGroup(above, guests.id);
    deleteEntrance(above, gate.id);
    const events = eventsOf(desk, () =>
      hear(desk, above, [
        ...[named.entrance(gate.id), named.group(guests.id), named.identity(person.id)],
        ...[named.user(ada.id), named.credential(pinId)],
      ]),
    );
    expect(events).toEqual([
      `acs_credential.deleted ${pinId}`,
      `acs_credential.invalidated ${cardId}`,
      `acs_user.deleted ${ada.id}`,
      `acs_access_group.deleted ${guests.id}`,
      `acs_entrance.removed ${gate.id}`,
    ]);
    hear(desk, above, [named.credential(cardId)]);
    expect(contentsByName(desk)).toEqual(contentsByName(above));
    expect(waiting(desk)).toEqual([]);
    expect(sharedAs(desk, named.user(ada.id))).toBeNull();
    expect(eventsOf(desk, () => hear(desk, above, [named.user(ada.id)]))).toEqual([]);
  });

  test('invalidates a card whether the card or its holder is heard of first', () => {
    const { above, ada, cardId, pinId } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    deleteUser(above, { acsUserId: ada.id });
    const events = eventsOf(desk, () =>
      hear(desk, above, [named.credential(cardId), named.credential(pinId), named.user(ada.id)]),
    );
    expect(events.toSorted()).toEqual([
      `acs_credential.deleted ${pinId}`,
      `acs_credential.invalidated ${cardId}`,
      `acs_user.deleted ${ada.id}`,
    ]);
  });

  test('is told of the cards that were assigned to it here', () => {
    const { above, ada } = fullSite();
    const desk = openDesk();
    const grace = addUser(above, 'Grace');
    const blankId = createCredential(above, {
      ...{ accessMethod: 'card', acsUserId: grace.id, code: '4711', startsAt: null, endsAt: null },
      entranceIds: [],
    }).id;
    deleteUser(above, { acsUserId: grace.id });
    walkThrough(desk, above);
    assignCredential(desk, blankId, ada.id);
    const pinId = addCredential(desk, ada.id, 'code');
    deleteUser(above, { acsUserId: ada.id });
    hear(desk, above, [named.user(ada.id)]);
    expect(findCredential(desk, blankId).acsUserId).toBeNull();
    expect(waiting(desk).map(({ change }) => [change.id, change.action, change.fields['acsUserId']])).toEqual(
      [
        [blankId, 'updated', { from: null, to: ada.id }],
        [pinId, 'created', { from: null, to: ada.id }],
        [blankId, 'updated', { from: ada.id, to: null }],
        [pinId, 'deleted', undefined],
      ],
    );
  });

  test('stays while this desk has something to tell of it', () => {
    const { above, person, ada } = fullSite();
    const desk = openDesk();
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    deleteUserIdentity(above, person.id);
    hear(desk, above, [named.user(ada.id), named.identity(person.id)]);
    expect(findUser(desk, { userIdentityId: person.id }).fullName).toBe('Ada King');
    deliverAll(desk, () => refusedWith({ code: 'deleted_above' }));
    const [refused] = desk.store.outbox.refused({ after: 0, limit: 1 }).rows;
    dropMessage(desk, refused?.id ?? '');
    expect(heldToRead(desk, 10)).toEqual([]);
    expect(findUser(desk, { userIdentityId: person.id }).fullName).toBe('Ada King');
    walkThrough(desk, above);
    expect(desk.store.users.get(ada.id)).toBeNull();
    expect(desk.store.userIdentities.get(person.id)).toBeNull();
    expect(held(desk)).toEqual({});
  });
});

describe('a card', () => {
  test('that was issued, issued again or taken back elsewhere is announced as that', () => {
    const above = openTestSite();
    const desk = openDesk();
    const ada = addUser(above, 'Ada');
    const cardId = addCredential(above, ada.id);
    walkThrough(desk, above);
    issue(above, cardId);
    expect(eventsOf(desk, () => walkThrough(desk, above))).toEqual([`acs_credential.issued ${cardId}`]);
    updateCredential(above, cardId, { endsAt: above.clock.now() + 1_000_000 });
    expect(eventsOf(desk, () => walkThrough(desk, above))).toEqual([]);
    above.clock.advance(1_000);
    issue(above, cardId, { card: ANOTHER_CARD, replacesLostCard: true });
    expect(eventsOf(desk, () => walkThrough(desk, above))).toEqual([`acs_credential.reissued ${cardId}`]);
    const otherId = addCredential(above, ada.id);
    issue(above, otherId, { card: ANOTHER_CARD, mayOverwrite: true });
    expect(eventsOf(desk, () => walkThrough(desk, above)).toSorted()).toEqual([
      `acs_credential.invalidated ${cardId}`,
      `acs_credential.issued ${otherId}`,
    ]);
    expect(contentsByName(desk)).toEqual(contentsByName(above));
  });

  test('that is being written here stays as it is until that has ended', () => {
    const above = openTestSite();
    const desk = openDesk();
    const ada = addUser(above, 'Ada');
    const cardId = addCredential(above, ada.id);
    walkThrough(desk, above);
    const write = writing(desk, cardId);
    updateCredential(above, cardId, { endsAt: above.clock.now() + 1_000_000 });
    hear(desk, above, [named.credential(cardId)]);
    expect(findCredential(desk, cardId)).toMatchObject({ issueCounter: 1, endsAt: null });
    expect(held(desk)).toEqual({ [`acs_credential ${cardId}`]: 'A card is being written with it.' });
    write.end();
    hear(desk, above, heldToRead(desk, 10));
    const { endsAt, issueCounter } = findCredential(desk, cardId);
    expect({ endsAt, issueCounter }).toEqual({ endsAt: above.clock.now() + 1_000_000, issueCounter: 1 });
  });

  test('that is half written here takes a newer issue from elsewhere', () => {
    const above = openTestSite();
    const desk = openDesk();
    const ada = addUser(above, 'Ada');
    const cardId = addCredential(above, ada.id);
    walkThrough(desk, above);
    writing(desk, cardId).end();
    issue(above, cardId);
    issue(above, cardId, { card: ANOTHER_CARD, replacesLostCard: true });
    hear(desk, above, [named.credential(cardId)]);
    expect(findCredential(desk, cardId)).toMatchObject({ issueCounter: 2, cardUid: ANOTHER_CARD.uid });
  });

  test('that is being written here and is gone above goes once that has ended', () => {
    const above = openTestSite();
    const desk = openDesk();
    const cardId = addCredential(above, addUser(above, 'Ada').id);
    walkThrough(desk, above);
    writing(desk, cardId);
    deleteCredential(above, cardId);
    expect(eventsOf(desk, () => hear(desk, above, [named.credential(cardId)]))).toEqual([]);
    expect(findCredential(desk, cardId).deletionAskedAt).toBe(desk.clock.now());
  });
});

test('nobody hears of what the backend says in other words', () => {
  const { above, guests, gate } = fullSite();
  const desk = openDesk();
  pairDesk(desk);
  walkThrough(desk, above);
  const feedEnd = desk.store.feed.last();
  const state = { entranceIds: [gate.id, gate.id], createdAt: 0 };
  applyMirrored(desk, [{ kind: 'acs_access_group', id: guests.id, state }], null);
  expect(desk.store.feed.last()).toBe(feedEnd);
  expect(desk.store.accessGroups.get(guests.id)).toEqual(above.store.accessGroups.get(guests.id));
});

test('nothing is recorded for what the backend tells of twice', () => {
  const { above, cardId } = fullSite();
  const desk = openDesk();
  walkThrough(desk, above);
  expect(changesOf(desk, () => hear(desk, above, [named.credential(cardId)]))).toEqual([]);
});
