import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import { addToAccessGroup } from '../../../src/site/access.ts';
import { createAccessGroup, updateAccessGroup } from '../../../src/site/access-groups.ts';
import { assignCredential, findCredential } from '../../../src/site/credentials.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity, findUserIdentity, updateUserIdentity } from '../../../src/site/identities.ts';
import { addUserToIdentity } from '../../../src/site/identity-users.ts';
import { applyMirrored, heldToRead } from '../../../src/site/mirror.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { takeBackendsVersion } from '../../../src/site/outbox.ts';
import { assignScannedCard } from '../../../src/site/scanned-card.ts';
import type { Site } from '../../../src/site/site.ts';
import { deleteUser, findUser } from '../../../src/site/users.ts';
import { ANOTHER_CARD, CARD, issue } from './card-bed.ts';
import {
  contentsByName,
  deliverAll,
  eventsOf,
  everythingOf,
  held,
  itemOf,
  NOT_CARRIED,
  named,
  refusedWith,
  sameAs,
  sharedAs,
  waiting,
  walkThrough,
  writing,
} from './mirror-bed.ts';
import { addUser, openTestSite, UNREACHED_BACKEND } from './site-bed.ts';

const ADA = { key: 'guest-7', fullName: 'Ada Lovelace', emailAddress: null, phoneNumber: null };
const NOBODY = { key: null, fullName: null, emailAddress: null, phoneNumber: null };

const openDesk = () => openTestSite({ hasBackend: true });

/** The desk is its own backend until `connect`. */
function openLoneDesk() {
  const desk = openTestSite();
  return { desk, connect: () => desk.store.backend.write(UNREACHED_BACKEND) };
}

const hear = (desk: Site, above: Site, names: readonly ResourceName[]) =>
  applyMirrored(
    desk,
    names.map((name) => itemOf(above, name)),
    null,
  );

function assign(site: Site, acsUserId: string): string {
  const outcome = assignScannedCard(site, CARD, { kind: 'acs_user', acsUserId }, true);
  if (outcome.outcome !== 'assigned') throw new Error(outcome.reason);
  return outcome.credential.id;
}

describe('what a desk had before it had a backend', () => {
  test('is one with the entrance, the group, the person and the person’s user above that mean the same', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    for (const site of [desk, above]) {
      const gate = createEntrance(site, 'Gate');
      createAccessGroup(site, { name: 'Guests', entranceIds: [gate.id] });
      const person = createUserIdentity(site, ADA);
      addUser(site, 'Ada', { userIdentityId: person.id });
    }
    const own = everythingOf(desk).map(({ kind, id }) => ({ kind, id }));
    connect();
    expect(eventsOf(desk, () => walkThrough(desk, above))).toEqual([]);
    expect(everythingOf(desk).map(({ kind, id }) => ({ kind, id }))).toEqual(own);
    expect(own.map((name) => sharedAs(desk, name))).toEqual(everythingOf(above).map(({ id }) => id));
    expect(waiting(desk)).toEqual([]);
    expect(held(desk)).toEqual({});
  });

  test('tells the backend what that has no value for, and takes the rest from it', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const own = createUserIdentity(desk, {
      ...ADA,
      emailAddress: 'ada@example.com',
      fullName: 'A. Lovelace',
    });
    const person = createUserIdentity(above, ADA);
    connect();
    walkThrough(desk, above);
    expect(waiting(desk).map(({ change }) => change)).toEqual([
      {
        ...{ kind: 'user_identity', id: own.id, action: 'updated', event: null, sets: {} },
        fields: { emailAddress: { from: null, to: 'ada@example.com' } },
      },
    ]);
    expect(findUserIdentity(desk, own.id).fullName).toBe('A. Lovelace');
    deliverAll(desk);
    updateUserIdentity(above, person.id, { emailAddress: 'ada@example.com' });
    hear(desk, above, heldToRead(desk, 10));
    expect(findUserIdentity(desk, own.id)).toEqual({ ...findUserIdentity(above, person.id), id: own.id });
    expect(held(desk)).toEqual({});
  });

  test('tells the backend the groups that it does not know of', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const groups = [desk, above].map((site) => {
      const person = createUserIdentity(site, ADA);
      const ada = addUser(site, 'Ada', { userIdentityId: person.id });
      const group = createAccessGroup(site, { name: site === desk ? 'Guests' : 'Visitors', entranceIds: [] });
      addToAccessGroup(site, group.id, { kind: 'acs_user', acsUserId: ada.id });
      return group.id;
    });
    connect();
    walkThrough(desk, above);
    expect(waiting(desk).map(({ change }) => change.sets)).toEqual([
      { accessGroupIds: { added: [groups[0]], removed: [] } },
    ]);
  });

  test('is one card with that of the same number, and its holder here is told where it has none above', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const grace = addUser(above, 'Grace');
    const cardId = assign(above, grace.id);
    deleteUser(above, { acsUserId: grace.id });
    const ada = addUser(desk, 'Ada');
    const ownId = assign(desk, ada.id);
    connect();
    walkThrough(desk, above);
    expect(sharedAs(desk, named.credential(ownId))).toBe(cardId);
    expect(waiting(desk).map(({ change }) => [change.id, change.fields])).toEqual([
      [ownId, { acsUserId: { from: null, to: ada.id } }],
    ]);
    expect(findCredential(desk, ownId).acsUserId).toBe(ada.id);
  });

  test('is a newer issue of a card than the backend knows of, which is told', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const cardId = assign(above, addUser(above, 'Grace').id);
    deleteUser(above, { acsUserId: findCredential(above, cardId).acsUserId ?? '' });
    const ownId = assign(desk, addUser(desk, 'Ada').id);
    issue(desk, ownId, { mayOverwrite: true });
    connect();
    walkThrough(desk, above);
    expect(waiting(desk)[0]?.change.fields).toMatchObject({
      issueCounter: { from: 0, to: 1 },
      cardFormat: { from: null, to: 'ntag' },
    });
    expect(findCredential(desk, ownId).issueCounter).toBe(1);
  });

  test('takes a newer issue of the same card from the backend', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const cardId = assign(above, addUser(above, 'Grace').id);
    issue(above, cardId, { mayOverwrite: true });
    deleteUser(above, { acsUserId: findCredential(above, cardId).acsUserId ?? '' });
    const ownId = assign(desk, addUser(desk, 'Ada').id);
    deleteUser(desk, { acsUserId: findCredential(desk, ownId).acsUserId ?? '' });
    connect();
    walkThrough(desk, above);
    expect(waiting(desk)).toEqual([]);
    expect(findCredential(desk, ownId)).toMatchObject({ issueCounter: 1, cardFormat: 'ntag' });
  });

  test('is not one person with another who has the same e-mail address', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const own = createUserIdentity(desk, { ...ADA, emailAddress: 'desk@example.com' });
    const person = createUserIdentity(above, { ...ADA, key: 'guest-8', emailAddress: 'desk@example.com' });
    connect();
    walkThrough(desk, above);
    expect(sharedAs(desk, named.identity(own.id))).toBeNull();
    expect(held(desk)).toEqual({
      [`user_identity ${person.id}`]: `It has the e-mail address of the user identity ${own.id} here, which the backend does not have.`,
    });
  });

  test('is not one card with that of the same number that is another user’s', () => {
    const { desk, connect } = openLoneDesk();
    const above = openTestSite();
    const cardId = assign(above, addUser(above, 'Grace').id);
    const ada = addUser(desk, 'Ada');
    const ownId = assign(desk, ada.id);
    connect();
    walkThrough(desk, above);
    expect(held(desk)).toEqual({
      [`acs_credential ${cardId}`]: `It has the card of the credential ${ownId} here, which the backend does not have.`,
    });
    expect(findCredential(desk, ownId).acsUserId).toBe(ada.id);
  });
});

describe('a thing above that has what a thing of this desk has', () => {
  test('waits while the backend must be told of that one, and both are one if the backend says so', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const own = createUserIdentity(desk, ADA);
    const person = createUserIdentity(above, ADA);
    const user = addUser(above, 'Ada', { userIdentityId: person.id });
    hear(desk, above, [named.identity(person.id), named.user(user.id)]);
    expect(held(desk)).toEqual({
      [`user_identity ${person.id}`]: `It has the key of the user identity ${own.id} here, which the backend must be told of first.`,
      [`acs_user ${user.id}`]: `It names the user identity ${person.id}, which is not here yet.`,
    });
    deliverAll(desk, () => sameAs(person.id));
    hear(desk, above, heldToRead(desk, 10));
    expect(held(desk)).toEqual({});
    expect(findUser(desk, { userIdentityId: own.id }).id).toBe(user.id);
    expect(desk.store.userIdentities.get(person.id)).toBeNull();
  });

  test('takes its place when a person decides so', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const grace = addUser(above, 'Grace');
    const cardId = assign(above, grace.id);
    const ada = addUser(desk, 'Ada');
    deliverAll(desk);
    const ownId = assign(desk, ada.id);
    hear(desk, above, [named.user(grace.id), named.credential(cardId)]);
    deliverAll(desk, () => refusedWith({ code: 'card_of_another_user', rivalId: cardId }));
    hear(desk, above, heldToRead(desk, 10));
    expect(desk.store.credentials.get(cardId)).toBeNull();
    const [refused] = desk.store.outbox.refused({ after: 0, limit: 1 }).rows;
    expect(eventsOf(desk, () => takeBackendsVersion(desk, refused?.id ?? ''))).toEqual([
      `acs_credential.deleted ${ownId}`,
    ]);
    expect(heldToRead(desk, 10)).toEqual([named.credential(cardId)]);
    hear(desk, above, heldToRead(desk, 10));
    expect(findCredential(desk, cardId).acsUserId).toBe(grace.id);
    expect(held(desk)).toEqual({});
  });

  test('is one with that one where the backend has no word for what this desk made', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const own = createEntrance(desk, 'Gate');
    deliverAll(desk, () => NOT_CARRIED);
    const gate = createEntrance(above, 'Gate');
    hear(desk, above, [named.entrance(gate.id)]);
    expect(sharedAs(desk, named.entrance(own.id))).toBe(gate.id);
    expect(desk.store.entrances.get(gate.id)).toBeNull();
    expect(held(desk)).toEqual({});
  });

  test('and that this desk has already becomes one with what the backend does not have', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const group = createAccessGroup(above, { name: 'Guests', entranceIds: [] });
    walkThrough(desk, above);
    const own = createAccessGroup(desk, { name: 'Visitors', entranceIds: [] });
    const ada = addUser(desk, 'Ada');
    addToAccessGroup(desk, own.id, { kind: 'acs_user', acsUserId: ada.id });
    deliverAll(desk, () => NOT_CARRIED);
    updateAccessGroup(above, group.id, { name: 'Visitors' });
    hear(desk, above, [named.group(group.id)]);
    expect(desk.store.accessGroups.get(own.id)).toBeNull();
    expect(desk.store.accessGroups.get(group.id)?.name).toBe('Visitors');
    expect(desk.store.accessGroups.hasUser(group.id, ada.id)).toBe(true);
  });

  test('waits while that one is written on a card', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const [ada, grace] = [addUser(above, 'Ada'), addUser(above, 'Grace')];
    const oldId = assign(above, ada.id);
    walkThrough(desk, above);
    writing(desk, oldId);
    const newId = createCredential(above, {
      ...{ accessMethod: 'card', acsUserId: grace.id, code: null, startsAt: null, endsAt: null },
      entranceIds: [],
    }).id;
    issue(above, newId, { mayOverwrite: true });
    hear(desk, above, [named.credential(newId)]);
    expect(held(desk)[`acs_credential ${newId}`]).toContain('which is being written on a card');
    expect(findCredential(desk, oldId).cardUid).toBe(CARD.uid);
  });
});

describe('things that swap what must be nobody else’s', () => {
  test('have it the other way round in the end, in whatever order they are heard of', () => {
    for (const isReversed of [false, true]) {
      const [desk, above] = [openDesk(), openTestSite()];
      const people = ['one', 'two'].map((name, at) =>
        createUserIdentity(above, {
          ...{ key: name, fullName: name, emailAddress: `${name}@example.com`, phoneNumber: `+4930${at}` },
        }),
      );
      const groups = ['One', 'Two'].map((name) => createAccessGroup(above, { name, entranceIds: [] }));
      const [first, second] = people;
      const [one, two] = groups;
      if (!first || !second || !one || !two) throw new Error('nobody was made');
      const user = addUser(above, 'Ada', { userIdentityId: first.id });
      const other = addUser(above, 'Grace');
      walkThrough(desk, above);
      const { id: firstId, createdAt: firstAt, ...firstHas } = first;
      const { id: secondId, createdAt: secondAt, ...secondHas } = second;
      updateUserIdentity(above, firstId, NOBODY);
      updateUserIdentity(above, secondId, firstHas);
      updateUserIdentity(above, firstId, secondHas);
      updateAccessGroup(above, one.id, { name: 'Three' });
      updateAccessGroup(above, two.id, { name: 'One' });
      updateAccessGroup(above, one.id, { name: 'Two' });
      above.store.users.update({ ...user, userIdentityId: null });
      addUserToIdentity(above, { userIdentityId: firstId }, other.id);
      const news = [
        ...[named.group(one.id), named.group(two.id), named.identity(firstId), named.identity(secondId)],
        ...[named.user(user.id), named.user(other.id)],
      ];
      for (const name of isReversed ? news.toReversed() : news) hear(desk, above, [name]);
      for (let rounds = 0; rounds < 3; rounds++) hear(desk, above, heldToRead(desk, 10));
      expect(held(desk)).toEqual({});
      expect(contentsByName(desk)).toEqual(contentsByName(above));
      expect([firstAt, secondAt]).toEqual([first.createdAt, second.createdAt]);
    }
  });

  test('may be two credentials and a card that went from one to the other', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const ada = addUser(above, 'Ada');
    const [firstId, secondId] = [1, 2].map(
      () =>
        createCredential(above, {
          ...{ accessMethod: 'card', acsUserId: ada.id, code: null, startsAt: null, endsAt: null },
          entranceIds: [],
        }).id,
    );
    if (!firstId || !secondId) throw new Error('nothing was made');
    issue(above, firstId);
    issue(above, secondId, { card: ANOTHER_CARD });
    walkThrough(desk, above);
    issue(above, firstId, { card: ANOTHER_CARD, mayOverwrite: true, replacesLostCard: true });
    hear(desk, above, [named.credential(firstId)]);
    expect(findCredential(desk, firstId)).toMatchObject({ cardUid: ANOTHER_CARD.uid });
    expect(findCredential(desk, secondId)).toMatchObject({ cardUid: null, cardNumber: null });
    expect(eventsOf(desk, () => hear(desk, above, heldToRead(desk, 10)))).toEqual([
      `acs_credential.invalidated ${secondId}`,
    ]);
    expect(contentsByName(desk)).toEqual(contentsByName(above));
  });

  test('wait where one of them has a change that is still to be told', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const group = createAccessGroup(above, { name: 'Guests', entranceIds: [] });
    walkThrough(desk, above);
    updateAccessGroup(desk, group.id, { name: 'Visitors' });
    const visitors = createAccessGroup(above, { name: 'Visitors', entranceIds: [] });
    hear(desk, above, [named.group(visitors.id)]);
    expect(Object.keys(held(desk))).toEqual([`acs_access_group ${visitors.id}`]);
    expect(desk.store.accessGroups.get(group.id)?.name).toBe('Visitors');
  });
});

test('an assignment of a card that the backend has without a holder is not lost while it waits to be told', () => {
  const [desk, above] = [openDesk(), openTestSite()];
  const ada = addUser(above, 'Ada');
  const grace = addUser(above, 'Grace');
  const cardId = assign(above, grace.id);
  deleteUser(above, { acsUserId: grace.id });
  walkThrough(desk, above);
  assignCredential(desk, cardId, ada.id);
  hear(desk, above, [named.credential(cardId)]);
  expect(findCredential(desk, cardId).acsUserId).toBe(ada.id);
  assignCredential(above, cardId, ada.id);
  deliverAll(desk);
  hear(desk, above, heldToRead(desk, 10));
  expect(contentsByName(desk)).toEqual(contentsByName(above));
});
