import { describe, expect, test } from 'vitest';
import { RESOURCE_KINDS } from '../../../src/model/resource.ts';
import { addToAccessGroup } from '../../../src/site/access.ts';
import { createAccessGroup } from '../../../src/site/access-groups.ts';
import { deleteCredential } from '../../../src/site/credential-deletion.ts';
import { createEntrance } from '../../../src/site/entrances.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { applyMirrored, endWalk, heldToRead, tellWhatIsOnlyHere } from '../../../src/site/mirror.ts';
import { createCredential } from '../../../src/site/new-credential.ts';
import { readResource } from '../../../src/site/resources.ts';
import type { Site } from '../../../src/site/site.ts';
import { deleteUser, findUser, updateUser } from '../../../src/site/users.ts';
import {
  beginWalk,
  contentsByName,
  deliverAll,
  eventsOf,
  everythingOf,
  held,
  NOT_CARRIED,
  named,
  refusedWith,
  sharedAs,
  waiting,
  walkThrough,
} from './mirror-bed.ts';
import { addUser, openTestSite, UNREACHED_BACKEND } from './site-bed.ts';

const ADA = { key: 'guest-7', fullName: 'Ada Lovelace', emailAddress: null, phoneNumber: null };

const openDesk = () => openTestSite({ hasBackend: true });

/** Makes one of each kind. */
function fill(site: Site) {
  const gate = createEntrance(site, 'Gate');
  const guests = createAccessGroup(site, { name: 'Guests', entranceIds: [gate.id] });
  const person = createUserIdentity(site, ADA);
  const ada = addUser(site, 'Ada', { userIdentityId: person.id });
  addToAccessGroup(site, guests.id, { kind: 'acs_user', acsUserId: ada.id });
  const pin = createCredential(site, {
    ...{ accessMethod: 'code', acsUserId: ada.id, code: '82615', startsAt: null, endsAt: null },
    entranceIds: [gate.id],
  });
  return { gate, guests, person, ada, pin };
}

/** Tells all that is only at the desk; returns how many parts that took. */
function tellAll(desk: Site): number {
  let parts = 0;
  for (let at = tellWhatIsOnlyHere(desk, null); at !== null; at = tellWhatIsOnlyHere(desk, at)) {
    parts++;
    if (parts > 100) throw new Error('there is no end');
  }
  return parts + 1;
}

describe('the end of a walk', () => {
  test('takes away here what was not met, and announces it', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const { gate, guests, ada, pin } = fill(above);
    walkThrough(desk, above);
    const events = eventsOf(desk, () => walkThrough(desk, openTestSite()));
    expect(events).toEqual([
      `acs_credential.deleted ${pin.id}`,
      `acs_user.deleted ${ada.id}`,
      `acs_access_group.deleted ${guests.id}`,
      `acs_entrance.removed ${gate.id}`,
    ]);
    expect(contentsByName(desk)).toEqual({});
    expect(RESOURCE_KINDS.map((kind) => desk.store.sharedResources.count(kind))).toEqual([0, 0, 0, 0, 0]);
    expect(waiting(desk)).toEqual([]);
  });

  test('takes as many turns as it needs, with a hundred things in each', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    for (let at = 0; at < 150; at++) addUser(above, `Guest ${at}`);
    walkThrough(desk, above);
    const walk = beginWalk(desk);
    const left = () => desk.store.users.list({}, { after: 0, limit: 1_000 }).rows.length;
    expect([endWalk(desk, walk, false), left()]).toEqual([true, 50]);
    expect([endWalk(desk, walk, false), left()]).toEqual([true, 0]);
    expect(endWalk(desk, walk, false)).toBe(false);
  });

  test('leaves what the backend must be told of, and has that read once it is settled', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const { person, ada } = fill(above);
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    walkThrough(desk, openTestSite());
    expect(findUser(desk, { userIdentityId: person.id }).fullName).toBe('Ada King');
    expect(Object.keys(held(desk))).toEqual([`acs_user ${ada.id}`, `user_identity ${person.id}`]);
    deliverAll(desk, () => NOT_CARRIED);
    expect(heldToRead(desk, 10)).toEqual([named.user(ada.id), named.identity(person.id)]);
  });

  test('leaves what the backend took while it was walked through', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    fill(above);
    walkThrough(desk, above);
    const walk = beginWalk(desk);
    applyMirrored(desk, everythingOf(above), walk);
    const grace = addUser(desk, 'Grace');
    deliverAll(desk);
    expect(endWalk(desk, walk, false)).toBe(false);
    expect(findUser(desk, { acsUserId: grace.id })).toEqual(grace);
  });

  test('leaves what this desk alone has', () => {
    const desk = openDesk();
    const gate = createEntrance(desk, 'Gate');
    deliverAll(desk, () => NOT_CARRIED);
    walkThrough(desk, openTestSite());
    expect(desk.store.entrances.get(gate.id)).toEqual(gate);
  });
});

describe('a backend that was restored from an older backup', () => {
  test('is told all of what it lost, things after those that they name', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    fill(above);
    walkThrough(desk, above);
    const before = contentsByName(desk);
    expect(eventsOf(desk, () => walkThrough(desk, openTestSite(), { isRestored: true }))).toEqual([]);
    expect(contentsByName(desk)).toEqual(before);
    const told = waiting(desk).map(({ change }) => change);
    expect(told.map(({ kind }) => kind)).toEqual(RESOURCE_KINDS);
    for (const { kind, id, action, fields, sets } of told) {
      expect(action).toBe('created');
      const state = Object.fromEntries([
        ...Object.entries(fields).map(([name, { to }]) => [name, to]),
        ...Object.entries(sets).map(([name, { added }]) => [name, added]),
      ]);
      expect(readResource(desk, { kind, id })).toMatchObject(state);
    }
    deliverAll(desk);
    expect(told.map((change) => sharedAs(desk, change))).toEqual(told.map(({ id }) => id));
  });

  test('is told once of what is being told again anyway', () => {
    const desk = openDesk();
    const { ada } = fill(desk);
    deliverAll(desk);
    expect(desk.store.outbox.redeliver()).toBe(6);
    walkThrough(desk, openTestSite(), { isRestored: true });
    expect(waiting(desk)).toHaveLength(6);
    expect(sharedAs(desk, named.user(ada.id))).toBe(ada.id);
  });

  test('is told of the whole thing in place of changes of what it does not have, refused ones too', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const { ada } = fill(above);
    walkThrough(desk, above);
    updateUser(desk, { acsUserId: ada.id }, { fullName: 'Ada King' });
    deliverAll(desk, () => refusedWith());
    updateUser(desk, { acsUserId: ada.id }, { emailAddress: 'ada@example.com' });
    walkThrough(desk, openTestSite(), { isRestored: true });
    expect(desk.store.outbox.counts()).toEqual({ waiting: 5, refused: 0 });
    const told = waiting(desk).find(({ change }) => change.id === ada.id)?.change;
    expect(told).toMatchObject({
      action: 'created',
      fields: { fullName: { to: 'Ada King' }, emailAddress: { to: 'ada@example.com' } },
    });
  });

  test('is told again that something is gone that it has again', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const { pin } = fill(above);
    walkThrough(desk, above);
    deleteCredential(desk, pin.id);
    deliverAll(desk);
    expect(desk.store.outbox.redeliver()).toBe(1);
    walkThrough(desk, above, { isRestored: true });
    expect(desk.store.credentials.get(pin.id)).toBeNull();
    expect(waiting(desk).map(({ change }) => change.action)).toEqual(['deleted']);
    deliverAll(desk);
    expect(sharedAs(desk, named.credential(pin.id))).toBeNull();
  });

  test('is not told of what is gone here, either', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    const { ada } = fill(above);
    walkThrough(desk, above);
    deleteUser(desk, { acsUserId: ada.id });
    walkThrough(desk, openTestSite(), { isRestored: true });
    expect(waiting(desk).filter(({ change }) => change.id === ada.id)).toMatchObject([
      { change: { action: 'deleted' } },
    ]);
  });
});

describe('what only the desk has', () => {
  test('is told after the first walk, whole, things after those that they name', () => {
    const desk = openTestSite();
    fill(desk);
    desk.store.backend.write(UNREACHED_BACKEND);
    tellAll(desk);
    expect(waiting(desk).map(({ change }) => [change.kind, change.action])).toEqual(
      RESOURCE_KINDS.map((kind) => [kind, 'created']),
    );
    const user = waiting(desk).find(({ change }) => change.kind === 'acs_user');
    expect(user?.change.sets).toMatchObject({ accessGroupIds: { removed: [] } });
  });

  test('is told a hundred things at a time', () => {
    const desk = openTestSite();
    for (let at = 0; at < 250; at++) addUser(desk, `Guest ${at}`);
    desk.store.backend.write(UNREACHED_BACKEND);
    let at: string | null = null;
    const counts: number[] = [];
    do {
      at = tellWhatIsOnlyHere(desk, at);
      counts.push(waiting(desk).length);
    } while (at !== null && counts.length < 100);
    expect(counts).toEqual([0, 0, 0, 100, 200, 250, 250]);
  });

  test('is not what the backend has, and not what is being told', () => {
    const [desk, above] = [openDesk(), openTestSite()];
    fill(above);
    walkThrough(desk, above);
    addUser(desk, 'Grace');
    tellAll(desk);
    expect(waiting(desk)).toHaveLength(1);
  });
});
