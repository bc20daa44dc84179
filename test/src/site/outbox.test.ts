import { describe, expect, test } from 'vitest';
import { addToAccessGroup, grantAccess } from '../../../src/site/access.ts';
import { createAccessGroup } from '../../../src/site/access-groups.ts';
import { assignCredential, findCredential, updateCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { deleteUserIdentity } from '../../../src/site/identity-users.ts';
import { applyMirrored } from '../../../src/site/mirror.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import {
  asBackendKnows,
  dropMessage,
  retryMessage,
  settle,
  takeBackendsVersion,
} from '../../../src/site/outbox.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import { newId, type Site } from '../../../src/site/site.ts';
import { deleteUser, findUser, updateUser } from '../../../src/site/users.ts';
import { CARD } from './card-bed.ts';
import {
  APPLIED,
  deliverAll,
  eventsOf,
  held,
  itemOf,
  NOT_CARRIED,
  named,
  pairDesk,
  refusedWith,
  sameAs,
  sharedAs,
  waiting,
} from './mirror-bed.ts';
import { addUser, openTestSite } from './site-bed.ts';

const ADA = { key: 'guest-7', fullName: 'Ada Lovelace', emailAddress: null, phoneNumber: null };
const messageNotFound = expect.objectContaining({ type: 'message_not_found' });

const openDesk = () => openTestSite({ hasBackend: true });

/** Gives a card that lies there to a user. */
function assign(site: Site, acsUserId: string): string {
  const outcome = assignScannedCard(site, CARD, { kind: 'acs_user', acsUserId }, true);
  if (outcome.outcome !== 'assigned') throw new Error(outcome.reason);
  return outcome.credential.id;
}

/** Lets the backend refuse what waits last; all before is taken. Returns its id. */
function refuseLast(site: Site, rivalId: string | null = null): string {
  const last = waiting(site).at(-1)?.id ?? 'none';
  deliverAll(site, ({ id }) => (id === last ? refusedWith({ rivalId }) : APPLIED));
  return last;
}

describe('a message', () => {
  test('names things as the backend knows them, wherever a change does', () => {
    const desk = openDesk();
    const gate = createEntrance(desk, 'Gate');
    const guests = createAccessGroup(desk, { name: 'Guests', entranceIds: [gate.id] });
    const person = createUserIdentity(desk, ADA);
    const ada = addUser(desk, 'Ada', { userIdentityId: person.id });
    addToAccessGroup(desk, guests.id, { kind: 'acs_user', acsUserId: ada.id });
    grantAccess(desk, gate.id, { kind: 'acs_user', acsUserId: ada.id });
    const cardId = assign(desk, ada.id);
    updateCredential(desk, cardId, { endsAt: desk.clock.now() + 1_000 });
    const messages = waiting(desk);
    const idsAbove = new Map<string, string>();
    for (const { change } of messages) {
      if (change.action !== 'created') continue;
      idsAbove.set(change.id, `above-${idsAbove.size}`);
      desk.store.sharedResources.note(change, idsAbove.get(change.id) ?? '', 1, 0);
    }
    expect(idsAbove.size).toBe(5);
    const translated = JSON.stringify(messages.map(({ change }) => change)).replaceAll(
      /[0-9a-f-]{36}/g,
      (id) => idsAbove.get(id) ?? id,
    );
    expect(messages.map((message) => asBackendKnows(desk, message).change)).toEqual(JSON.parse(translated));
    expect(translated).not.toMatch(/[0-9a-f-]{36}/);
  });

  test('names what the backend does not know as this desk does', () => {
    const desk = openDesk();
    const person = createUserIdentity(desk, ADA);
    addUser(desk, 'Ada', { userIdentityId: person.id });
    for (const message of waiting(desk)) expect(asBackendKnows(desk, message)).toEqual(message);
  });
});

describe('the answer of the backend', () => {
  test('that a thing was made there makes it a shared one, under its own id', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    const [message] = deliverAll(desk);
    expect(desk.store.outbox.get(message?.id ?? '')).toMatchObject({ state: 'delivered', refusal: null });
    expect(sharedAs(desk, named.user(ada.id))).toBe(ada.id);
    expect(held(desk)).toEqual({});
  });

  test('that a thing was deleted there makes the desk forget that it was shared', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    deliverAll(desk);
    deleteUser(desk, { acsUserId: ada.id });
    deliverAll(desk);
    expect(sharedAs(desk, named.user(ada.id))).toBeNull();
    expect(desk.store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
  });

  test('that it has no word for a thing ends the message, and shares nothing', () => {
    const desk = openDesk();
    const gate = createEntrance(desk, 'Gate');
    deliverAll(desk, () => NOT_CARRIED);
    expect(sharedAs(desk, named.entrance(gate.id))).toBeNull();
    expect(waiting(desk)).toEqual([]);
  });

  test('that it does not take a change keeps the message with the reason', () => {
    const desk = openDesk();
    addUser(desk, 'Ada');
    const id = refuseLast(desk, 'rival');
    expect(desk.store.outbox.get(id)).toMatchObject({
      state: 'refused',
      refusal: { code: 'changed_above', message: 'It was changed above.', rivalId: 'rival' },
    });
    expect(desk.store.outbox.refusedResources()).toHaveLength(1);
  });

  test('that a new thing is one that was there maps it to that one, for all that follows, and has it read', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    const other = newId();
    deliverAll(desk, () => sameAs(other));
    expect(sharedAs(desk, named.user(ada.id))).toBe(other);
    expect(held(desk)).toEqual({ [`acs_user ${other}`]: expect.stringContaining('already') });
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    const [message] = waiting(desk);
    expect(message && asBackendKnows(desk, message).change.id).toBe(other);
    deliverAll(desk);
    expect(sharedAs(desk, named.user(ada.id))).toBe(other);
  });

  test('changes nothing when it comes again', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    const messages = deliverAll(desk);
    desk.store.sharedResources.forget(named.user(ada.id));
    settle(
      desk,
      messages.map((message) => ({ message, verdict: refusedWith() })),
    );
    expect(desk.store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
    expect(sharedAs(desk, named.user(ada.id))).toBeNull();
  });
});

describe('two things of a desk that turn out to be one above', () => {
  test('become the one that was made here, with the cards and the person of the other', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const person = createUserIdentity(above, ADA);
    const twin = addUser(above, 'Ada', { userIdentityId: person.id });
    const cardId = assign(above, twin.id);
    const ada = addUser(desk, 'Ada');
    const names = [named.identity(person.id), named.user(twin.id), named.credential(cardId)];
    applyMirrored(
      desk,
      names.map((name) => itemOf(above, name)),
      null,
    );
    const events = eventsOf(desk, () => deliverAll(desk, () => sameAs(twin.id)));
    expect(events).toEqual([`acs_user.deleted ${twin.id}`]);
    expect(desk.store.users.get(twin.id)).toBeNull();
    expect(findCredential(desk, cardId).acsUserId).toBe(ada.id);
    expect(sharedAs(desk, named.user(ada.id))).toBe(twin.id);
    applyMirrored(desk, [itemOf(above, named.user(twin.id))], null);
    expect(findUser(desk, { userIdentityId: person.id }).id).toBe(ada.id);
    expect(held(desk)).toEqual({});
  });

  test('are one entrance, which opens to all whom the other was granted to, by whatever way', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    pairDesk(desk);
    const door = createEntrance(above, 'Door');
    const group = createAccessGroup(above, { name: 'Guests', entranceIds: [door.id] });
    const [ada, grace] = [addUser(above, 'Ada'), addUser(above, 'Grace')];
    grantAccess(above, door.id, { kind: 'acs_user', acsUserId: ada.id });
    addToAccessGroup(above, group.id, { kind: 'acs_user', acsUserId: grace.id });
    const pin = createCredential(above, {
      ...{ accessMethod: 'code', acsUserId: grace.id, code: '82615', startsAt: null, endsAt: null },
      entranceIds: [door.id],
    });
    const changed = [named.group(group.id), named.user(ada.id), named.credential(pin.id)];
    const names = [named.entrance(door.id), named.user(grace.id), ...changed];
    applyMirrored(
      desk,
      names.map((name) => itemOf(above, name)),
      null,
    );
    const gate = createEntrance(desk, 'Gate');
    const feedEnd = desk.store.feed.last();
    deliverAll(desk, () => sameAs(door.id));
    const { entrances, accessGroups, credentials } = desk.store;
    expect(entrances.get(door.id)).toBeNull();
    expect(entrances.grantedTo(ada.id)).toEqual([gate.id]);
    expect(entrances.grantedTo(grace.id)).toEqual([]);
    expect(accessGroups.get(group.id)?.entranceIds).toEqual([gate.id]);
    expect(credentials.get(pin.id)?.entranceIds).toEqual([gate.id]);
    const heard = desk.store.feed.after(feedEnd, 100).map(({ kind, id }) => ({ kind, id }));
    expect(heard).toEqual(expect.arrayContaining(changed));
    applyMirrored(desk, [itemOf(above, named.entrance(door.id)), itemOf(above, named.user(ada.id))], null);
    expect(entrances.grantedTo(ada.id)).toEqual([gate.id]);
    expect(entrances.get(gate.id)?.name).toBe('Door');
  });

  test('are a person with that one user, and a group with those users', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const [person, guests] = [
      createUserIdentity(above, ADA),
      createAccessGroup(above, { name: 'Guests', entranceIds: [] }),
    ];
    const twin = addUser(above, 'Ada', { userIdentityId: person.id });
    addToAccessGroup(above, guests.id, { kind: 'acs_user', acsUserId: twin.id });
    const own = createUserIdentity(desk, { ...ADA, key: null });
    const group = createAccessGroup(desk, { name: 'Visitors', entranceIds: [] });
    applyMirrored(
      desk,
      [itemOf(above, named.identity(person.id)), itemOf(above, named.group(guests.id))],
      null,
    );
    applyMirrored(desk, [itemOf(above, named.user(twin.id))], null);
    deliverAll(desk, ({ change }) => sameAs(change.kind === 'user_identity' ? person.id : guests.id));
    expect(findUser(desk, { acsUserId: twin.id }).userIdentityId).toBe(own.id);
    expect(desk.store.accessGroups.hasUser(group.id, twin.id)).toBe(true);
    expect(desk.store.userIdentities.get(person.id)).toBeNull();
    expect(desk.store.accessGroups.get(guests.id)).toBeNull();
  });
});

describe('a refused message', () => {
  test('is told again as what a person decided', () => {
    const desk = openDesk();
    addUser(desk, 'Ada');
    const id = refuseLast(desk);
    retryMessage(desk, id);
    expect(desk.store.outbox.get(id)).toMatchObject({ state: 'waiting', isForced: true, refusal: null });
  });

  test('is only one that is refused', () => {
    const desk = openDesk();
    addUser(desk, 'Ada');
    const [message] = waiting(desk);
    for (const decide of [retryMessage, dropMessage, takeBackendsVersion]) {
      expect(() => decide(desk, message?.id ?? '')).toThrow(messageNotFound);
      expect(() => decide(desk, newId())).toThrow(messageNotFound);
    }
    expect(waiting(desk)).toEqual([message]);
  });

  test('that is dropped leaves the desk as it is, and nothing is read again', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    deliverAll(desk);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    const first = refuseLast(desk);
    updateUser(desk, { acsUserId: ada.id }, { emailAddress: 'ada@example.com' });
    dropMessage(desk, first);
    expect(held(desk)).toEqual({});
    dropMessage(desk, refuseLast(desk));
    expect(held(desk)).toEqual({});
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada King');
    expect(desk.store.outbox.get(first)).toMatchObject({ state: 'dropped', refusal: null });
  });

  test('whose thing the backend has gives way to the backend, with all that waits behind it', () => {
    const desk = openDesk();
    const ada = addUser(desk, 'Ada');
    deliverAll(desk);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    const id = refuseLast(desk, 'rival-above');
    updateUser(desk, { acsUserId: ada.id }, { emailAddress: 'ada@example.com' });
    takeBackendsVersion(desk, id);
    expect(desk.store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
    expect(Object.keys(held(desk))).toEqual([`acs_user ${ada.id}`, 'acs_user rival-above']);
    expect(findUser(desk, { acsUserId: ada.id }).fullName).toBe('Ada King');
  });

  test('whose thing the backend does not have takes that along, and the backend hears what became of others by it', () => {
    const desk = openDesk();
    const grace = addUser(desk, 'Grace');
    const cardId = createCredential(desk, {
      ...{ accessMethod: 'card', acsUserId: grace.id, code: '4711', startsAt: null, endsAt: null },
      entranceIds: [],
    }).id;
    deliverAll(desk);
    deleteUser(desk, { acsUserId: grace.id });
    deliverAll(desk);
    const ada = addUser(desk, 'Ada');
    const id = refuseLast(desk);
    assignCredential(desk, cardId, ada.id);
    const events = eventsOf(desk, () => takeBackendsVersion(desk, id));
    expect(events).toEqual([`acs_credential.invalidated ${cardId}`, `acs_user.deleted ${ada.id}`]);
    expect(desk.store.users.get(ada.id)).toBeNull();
    expect(waiting(desk).map(({ change }) => change.fields['acsUserId'])).toEqual([
      { from: null, to: ada.id },
      { from: ada.id, to: null },
    ]);
    expect(held(desk)).toEqual({});
  });

  test('that was dropped while it was under way stays so, unless the backend took it after all', () => {
    const desk = openDesk();
    const person = createUserIdentity(desk, ADA);
    const first = refuseLast(desk);
    retryMessage(desk, first);
    const underWay = waiting(desk);
    settle(
      desk,
      underWay.map((message) => ({ message, verdict: refusedWith() })),
    );
    dropMessage(desk, first);
    settle(
      desk,
      underWay.map((message) => ({ message, verdict: refusedWith() })),
    );
    expect(desk.store.outbox.get(first)?.state).toBe('dropped');
    deleteUserIdentity(desk, person.id);
    deliverAll(desk);
    settle(
      desk,
      underWay.map((message) => ({ message, verdict: APPLIED })),
    );
    expect(desk.store.outbox.get(first)?.state).toBe('delivered');
    expect(sharedAs(desk, named.identity(person.id))).toBeNull();
    expect(Object.keys(held(desk))).toEqual([`user_identity ${person.id}`]);
  });
});
