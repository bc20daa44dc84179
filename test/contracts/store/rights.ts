import { describe, expect, test } from 'vitest';
import type { AccessGroup } from '../../../src/model/access-group.ts';
import { ALL, attempt, cardOf, codeOf, ENDED, encoder, identity, ids, user } from './records.ts';
import type { StorePlaces } from './store.ts';

/** What a store promises of access groups and grants, of what is being deleted, and of what is forgotten in time. */
export function rightsContract({ openStore }: StorePlaces): void {
  const group = (id: string, entranceIds: readonly string[] = []): AccessGroup => ({
    id,
    name: `Group ${id}`,
    entranceIds,
    createdAt: 5,
  });
  const storeWithDoors = () => {
    const store = openStore();
    for (const id of ['e1', 'e2', 'e3'])
      store.entrances.insert({ id, name: id, hotekMetadata: null, isMadeByReport: false, createdAt: 1 });
    for (const id of ['ada', 'grace']) store.users.insert(user(id));
    return store;
  };

  describe('access groups', () => {
    test('are kept, changed and removed, each with a name of its own', () => {
      const store = storeWithDoors();
      store.accessGroups.insert(group('g1', ['e1', 'e2']));
      expect(store.accessGroups.get('g1')).toEqual(group('g1', ['e1', 'e2']));
      expect(store.accessGroups.withName('Group g1')?.id).toBe('g1');
      expect(() => store.accessGroups.insert({ ...group('g2'), name: 'Group g1' })).toThrow();
      expect(() => store.accessGroups.insert(group('g3', ['none']))).toThrow();
      store.accessGroups.update({ ...group('g1', ['e3']), name: 'Staff' });
      expect(store.accessGroups.get('g1')).toEqual({ ...group('g1', ['e3']), name: 'Staff' });
      store.accessGroups.delete('g1');
      expect([store.accessGroups.get('g1'), store.accessGroups.withName('Staff')]).toEqual([null, null]);
    });

    test('have users, each once, who are in the order in which they were made', () => {
      const store = storeWithDoors();
      store.accessGroups.insert(group('g1'));
      store.accessGroups.insert(group('g2'));
      for (const id of ['grace', 'ada', 'ada']) store.accessGroups.addUser('g1', id);
      expect(store.accessGroups.hasUser('g1', 'ada')).toBe(true);
      expect(store.accessGroups.hasUser('g2', 'ada')).toBe(false);
      expect(ids(store.users.list({ acsAccessGroupId: 'g1' }, ALL))).toEqual(['ada', 'grace']);
      expect(ids(store.accessGroups.list({ acsUserId: 'ada' }, ALL))).toEqual(['g1']);
      expect(ids(store.accessGroups.list({ search: 'GROUP G' }, ALL))).toEqual(['g1', 'g2']);
      store.accessGroups.removeUser('g1', 'ada');
      expect(ids(store.users.list({ acsAccessGroupId: 'g1' }, ALL))).toEqual(['grace']);
      expect(() => store.accessGroups.addUser('g1', 'none')).toThrow();
      expect(() => store.accessGroups.addUser('none', 'ada')).toThrow();
    });

    test('let go whom and what is removed', () => {
      const store = storeWithDoors();
      store.accessGroups.insert(group('g1', ['e1', 'e2']));
      store.accessGroups.addUser('g1', 'ada');
      store.users.delete('ada');
      store.entrances.delete('e1');
      expect(ids(store.users.list({ acsAccessGroupId: 'g1' }, ALL))).toEqual([]);
      expect(store.accessGroups.get('g1')?.entranceIds).toEqual(['e2']);
    });
  });

  describe('what may be opened', () => {
    test('goes by credentials, grants and groups, and by nothing while the user is suspended or there is none', () => {
      const store = storeWithDoors();
      store.accessGroups.insert(group('g1', ['e3']));
      store.accessGroups.addUser('g1', 'ada');
      store.entrances.grant('e1', 'ada');
      store.entrances.grant('e1', 'ada');
      store.credentials.insert({ ...cardOf('own', 'ada', '1'), cardUid: null, entranceIds: ['e2'] });
      store.credentials.insert({ ...codeOf('free', null, '1234'), entranceIds: ['e2'] });
      const seen = () => ({
        byUser: ids(store.entrances.list({ acsUserId: 'ada' }, ALL)),
        byCredential: ids(store.entrances.list({ acsCredentialId: 'own' }, ALL)),
        byNobodys: ids(store.entrances.list({ acsCredentialId: 'free' }, ALL)),
        openers: ['e1', 'e2', 'e3'].map((acsEntranceId) =>
          ids(store.credentials.list({ acsEntranceId }, ALL)),
        ),
      });
      const everything = ['e1', 'e2', 'e3'];
      const [openers, byNobodys] = [[['own'], ['own'], ['own']], []];
      expect(seen()).toEqual({ byUser: everything, byCredential: everything, byNobodys, openers });
      store.users.update(user('ada', { isSuspended: true }));
      expect(seen()).toEqual({ byUser: [], byCredential: [], byNobodys, openers: [[], [], []] });
      store.users.update(user('ada'));
      store.credentials.update({ ...codeOf('free', 'grace', '1234'), entranceIds: ['e2'] });
      expect(seen()).toMatchObject({ byNobodys: ['e2'], openers: [['own'], ['own', 'free'], ['own']] });
      store.entrances.revokeAll('ada');
      expect(seen().byUser).toEqual(['e2', 'e3']);
      expect(ids(store.entrances.list({ acsAccessGroupId: 'g1' }, ALL))).toEqual(['e3']);
    });
  });

  test('credentials that somebody asked to delete are known until they are gone, the longest waiting first', () => {
    const store = storeWithDoors();
    for (const [id, deletionAskedAt] of [
      ['c1', 20],
      ['c2', null],
      ['c3', 10],
    ] as const)
      store.credentials.insert({ ...codeOf(id, 'ada', null), deletionAskedAt });
    expect(store.credentials.beingDeleted().map(({ id }) => id)).toEqual(['c3', 'c1']);
    store.credentials.delete('c3');
    expect(store.credentials.beingDeleted().map(({ id }) => id)).toEqual(['c1']);
  });

  test('identities are changed, and removed once nobody has them', () => {
    const store = openStore();
    store.userIdentities.insert(identity('i1', { key: 'a', emailAddress: 'a@x.org' }));
    const changed = identity('i1', {
      key: 'b',
      emailAddress: 'b@x.org',
      phoneNumber: '+49',
      fullName: 'Ada',
    });
    store.userIdentities.update(changed);
    expect(store.userIdentities.get('i1')).toEqual(changed);
    expect(store.userIdentities.withEmailAddress('a@x.org')).toBeNull();
    expect(store.userIdentities.withPhoneNumber('+49')?.id).toBe('i1');
    store.users.insert(user('ada', { userIdentityId: 'i1' }));
    expect(() => store.userIdentities.delete('i1')).toThrow();
    store.users.delete('ada');
    store.userIdentities.delete('i1');
    expect(store.userIdentities.get('i1')).toBeNull();
  });

  describe('in time', () => {
    test('attempts that have ended are forgotten, oldest first, but for those that a write on a card names', () => {
      const store = openStore();
      for (const id of ['a', 'b']) store.encoders.insert(encoder(id), id);
      const made = (id: string, createdAt: number) => ({ ...attempt(id, 'a', ENDED), createdAt });
      for (const [id, at] of [
        ['4', 40],
        ['1', 10],
        ['2', 20],
        ['3', 30],
      ] as const)
        store.attempts.insert(made(id, at));
      store.attempts.insert({ ...attempt('live', 'b'), createdAt: 5 });
      store.cardWrites.insert({
        ...{ id: 'w', card: { uid: '04A1', technology: 'ntag215' }, encoderId: 'a', attemptId: '2' },
        ...{ credentialId: null, image: { kind: 'blank', format: 'ntag' }, preimage: null, replacedId: null },
        ...{ outcome: null, startedAt: 1, endedAt: null },
      });
      expect(store.attempts.forgetBefore(40, 1)).toBe(1);
      expect(ids(store.attempts.list({}, ALL))).toEqual(['4', '2', '3', 'live']);
      expect(store.attempts.forgetBefore(40, 100)).toBe(1);
      expect(store.attempts.forgetBefore(40, 100)).toBe(0);
      expect(ids(store.attempts.list({}, ALL))).toEqual(['4', '2', 'live']);
      store.attempts.update({ ...attempt('live', 'b', ENDED), createdAt: 5 });
      expect(store.attempts.forgetBefore(40, 100)).toBe(1);
    });

    test('events are forgotten, oldest first', () => {
      const store = openStore();
      for (const [id, occurredAt] of [
        ['v3', 30],
        ['v1', 10],
        ['v2', 20],
      ] as const)
        store.events.insert({ id, type: 'acs_user.created', occurredAt, subject: {} });
      expect(store.events.newest('acs_user.created')?.id).toBe('v3');
      expect(store.events.forgetBefore(30, 1)).toBe(1);
      expect(ids(store.events.list({}, ALL))).toEqual(['v2', 'v3']);
      expect(store.events.forgetBefore(30, 9)).toBe(1);
      expect(ids(store.events.list({}, ALL))).toEqual(['v3']);
    });
  });
}
