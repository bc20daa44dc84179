import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import type { SiteVerdict } from '../../../src/model/sync.ts';
import type { Store } from '../../../src/store/store.ts';
import type { PairedDesk, PairingRequest } from '../../../src/store/sync-tables.ts';
import { bytes } from './records.ts';
import type { StorePlaces } from './store.ts';

const desk = (id: string, more: Partial<PairedDesk> = {}): PairedDesk => ({
  id,
  name: `Desk ${id}`,
  apiKeyId: `key of ${id}`,
  createdAt: 5,
  lastSeenAt: null,
  highWaterMark: 0,
  skewMs: null,
  ...more,
});

const request = (id: string, more: Partial<PairingRequest> = {}): PairingRequest => ({
  id,
  deskName: `Desk ${id}`,
  expiresAt: 100,
  deskId: null,
  createdAt: 5,
  ...more,
});

const user = (id: string): ResourceName => ({ kind: 'acs_user', id });

const APPLIED: SiteVerdict = { verdict: 'applied' };

/** What a store promises of desks that have this site for their backend, and of what they hear. */
export function desksContract({ openPlace, openStore }: StorePlaces): void {
  const addDesk = (store: Store, one: PairedDesk) => {
    store.apiKeys.insert(
      { id: one.apiKeyId, name: one.name, scopes: ['read'], createdAt: 1, revokedAt: null },
      Buffer.from(one.apiKeyId),
    );
    store.pairedDesks.insert(one);
  };

  describe('paired desks', () => {
    test('are kept, found, changed and removed', () => {
      const store = openStore();
      expect([store.pairedDesks.any(), store.pairedDesks.list()]).toEqual([false, []]);
      const [spa, gym] = [desk('spa', { createdAt: 7 }), desk('gym')];
      addDesk(store, spa);
      addDesk(store, gym);
      addDesk(store, desk('bar'));
      expect(store.pairedDesks.any()).toBe(true);
      expect(store.pairedDesks.get('spa')).toEqual(spa);
      expect(store.pairedDesks.ofKey('key of gym')).toEqual(gym);
      expect(store.pairedDesks.list().map(({ id }) => id)).toEqual(['bar', 'gym', 'spa']);
      const seen = { ...spa, name: 'Wellness', lastSeenAt: 9, highWaterMark: 40, skewMs: -250 };
      store.pairedDesks.update(seen);
      expect(store.pairedDesks.get('spa')).toEqual(seen);
      for (const id of ['spa', 'bar']) store.pairedDesks.delete(id);
      expect(store.pairedDesks.list()).toEqual([gym]);
      expect([store.pairedDesks.get('spa'), store.pairedDesks.ofKey('key of spa')]).toEqual([null, null]);
    });

    test('have a key each, which is there and no other desk’s', () => {
      const store = openStore();
      addDesk(store, desk('spa'));
      expect(() => store.pairedDesks.insert(desk('gym', { apiKeyId: 'key of spa' }))).toThrow();
      expect(() => store.pairedDesks.insert(desk('gym'))).toThrow();
      expect(() => store.pairedDesks.insert(desk('spa'))).toThrow();
    });
  });

  describe('what was said to a message', () => {
    test('is known as long as its desk, across a restart', () => {
      const place = openPlace();
      const before = place.open();
      addDesk(before, desk('spa'));
      addDesk(before, desk('gym'));
      const refusal = {
        code: 'deleted_above',
        message: 'it is gone',
        fields: ['name'],
        rivalId: null,
      } as const;
      before.pairedDesks.noteVerdict('spa', 'm1', { verdict: 'refused', refusal }, 5);
      before.pairedDesks.noteVerdict('gym', 'm2', APPLIED, 5);
      before[Symbol.dispose]();
      const store = place.open();
      expect(store.pairedDesks.verdictOf('m1')).toEqual({ verdict: 'refused', refusal });
      expect(store.pairedDesks.verdictOf('none')).toBeNull();
      store.pairedDesks.noteVerdict('spa', 'm1', { verdict: 'same_as', backendId: 'ada' }, 6);
      expect(store.pairedDesks.verdictOf('m1')).toEqual({ verdict: 'same_as', backendId: 'ada' });
      store.pairedDesks.delete('spa');
      expect([store.pairedDesks.verdictOf('m1'), store.pairedDesks.verdictOf('m2')]).toEqual([null, APPLIED]);
      expect(() => store.pairedDesks.noteVerdict('none', 'm3', APPLIED, 5)).toThrow();
    });

    test('is forgotten in time, the oldest first', () => {
      const store = openStore();
      addDesk(store, desk('spa'));
      for (const [id, at] of [
        ['m1', 30],
        ['m2', 10],
        ['m3', 20],
      ] as const)
        store.pairedDesks.noteVerdict('spa', id, APPLIED, at);
      const known = () => ['m1', 'm2', 'm3'].filter((id) => store.pairedDesks.verdictOf(id) !== null);
      expect(store.pairedDesks.forgetBefore(10, 9)).toBe(0);
      expect(store.pairedDesks.forgetBefore(31, 1)).toBe(1);
      expect(known()).toEqual(['m1', 'm3']);
      expect(store.pairedDesks.forgetBefore(30, 9)).toBe(1);
      expect(known()).toEqual(['m1']);
    });

    test('is undone with the transaction around it', () => {
      const store = openStore();
      addDesk(store, desk('spa'));
      expect(() =>
        store.transaction(() => {
          store.pairedDesks.noteVerdict('spa', 'm1', APPLIED, 5);
          store.pairedDesks.update(desk('spa', { highWaterMark: 1 }));
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(store.pairedDesks.verdictOf('m1')).toBeNull();
      expect(store.pairedDesks.get('spa')?.highWaterMark).toBe(0);
    });
  });

  describe('desks that ask to be paired', () => {
    test('are kept with the hashes of their code and secret, and removed', () => {
      const store = openStore();
      store.pairingRequests.insert(request('r1'), bytes(1), bytes(2));
      expect(store.pairingRequests.get('r1')).toEqual(request('r1'));
      expect(Buffer.from(store.pairingRequests.secretHash('r1') ?? [])).toEqual(Buffer.from(bytes(2)));
      store.pairingRequests.delete('r1');
      expect([store.pairingRequests.get('r1'), store.pairingRequests.secretHash('r1')]).toEqual([null, null]);
    });

    test('are found by their code until they expire, or somebody has typed it', () => {
      const store = openStore();
      addDesk(store, desk('spa'));
      store.pairingRequests.insert(request('r1'), bytes(1), bytes(2));
      store.pairingRequests.insert(request('r2'), bytes(3), bytes(4));
      expect(store.pairingRequests.withCode(bytes(1), 99)).toEqual(request('r1'));
      expect(store.pairingRequests.withCode(bytes(1), 100)).toBeNull();
      expect(store.pairingRequests.withCode(bytes(2), 99)).toBeNull();
      store.pairingRequests.confirm('r1', 'spa');
      expect(store.pairingRequests.get('r1')).toEqual(request('r1', { deskId: 'spa' }));
      expect(store.pairingRequests.withCode(bytes(1), 99)).toBeNull();
      expect(() => store.pairingRequests.confirm('r2', 'none')).toThrow();
      store.pairedDesks.delete('spa');
      expect(store.pairingRequests.get('r1')).toBeNull();
    });

    test('are shown in the order in which they asked, and forgotten once they have expired', () => {
      const store = openStore();
      for (const [id, createdAt, expiresAt] of [
        ['r1', 3, 50],
        ['r2', 1, 60],
        ['r3', 2, 40],
      ] as const)
        store.pairingRequests.insert(request(id, { createdAt, expiresAt }), bytes(createdAt), bytes(9));
      const shown = (now: number) => store.pairingRequests.list(now).map(({ id }) => id);
      expect(shown(10)).toEqual(['r2', 'r3', 'r1']);
      expect(shown(40)).toEqual(['r2', 'r1']);
      store.pairingRequests.forgetExpired(50);
      expect(shown(10)).toEqual(['r2']);
    });
  });

  describe('the feed', () => {
    test('has each thing once, where it changed last', () => {
      const store = openStore();
      expect([store.feed.last(), store.feed.after(0, 9)]).toEqual([0, []]);
      store.feed.touch(user('ada'), false, 5);
      store.feed.touch({ kind: 'user_identity', id: 'ada' }, false, 5);
      store.feed.touch(user('grace'), false, 5);
      store.feed.touch(user('ada'), true, 6);
      const [identity, grace, ada] = [
        { sequence: 2, kind: 'user_identity', id: 'ada', isGone: false },
        { sequence: 3, ...user('grace'), isGone: false },
        { sequence: 4, ...user('ada'), isGone: true },
      ];
      expect(store.feed.after(0, 9)).toEqual([identity, grace, ada]);
      expect(store.feed.after(0, 2)).toEqual([identity, grace]);
      expect(store.feed.after(3, 9)).toEqual([ada]);
      expect(store.feed.last()).toBe(4);
      store.feed.touch(user('ada'), false, 7);
      expect(store.feed.after(3, 9)).toEqual([{ sequence: 5, ...user('ada'), isGone: false }]);
    });

    test('counts on after a restart, and gives a sequence back only with its transaction', () => {
      const place = openPlace();
      const before = place.open();
      before.feed.touch(user('ada'), false, 5);
      expect(() =>
        before.transaction(() => {
          before.feed.touch(user('ada'), true, 5);
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(before.feed.after(0, 9)).toEqual([{ sequence: 1, ...user('ada'), isGone: false }]);
      before[Symbol.dispose]();
      const store = place.open();
      store.feed.touch(user('ada'), false, 5);
      expect(store.feed.last()).toBe(2);
    });

    test('forgets what was gone before a time, the longest ago first, and how far that goes', () => {
      const store = openStore();
      store.feed.touch(user('ada'), true, 20);
      store.feed.touch(user('grace'), false, 5);
      store.feed.touch(user('edith'), true, 10);
      store.feed.touch(user('mary'), true, 30);
      expect(store.feed.lastForgotten()).toBe(0);
      expect(store.feed.forgetGoneBefore(10, 9)).toBe(0);
      expect(store.feed.lastForgotten()).toBe(0);
      expect(store.feed.forgetGoneBefore(30, 1)).toBe(1);
      expect(store.feed.lastForgotten()).toBe(3);
      expect(store.feed.forgetGoneBefore(30, 9)).toBe(1);
      expect(store.feed.after(0, 9).map(({ id }) => id)).toEqual(['grace', 'mary']);
      // A clock that was set back made the older one look younger.
      expect(store.feed.lastForgotten()).toBe(3);
      expect(store.feed.last()).toBe(4);
      store.feed.touch(user('edith'), false, 40);
      expect(store.feed.after(3, 9).map(({ id }) => id)).toEqual(['mary', 'edith']);
    });

    test('has an epoch for each start, which ends where the next one begins', () => {
      const store = openStore();
      expect([store.feed.currentEpoch(), store.feed.epoch('none')]).toEqual([null, null]);
      store.feed.beginEpoch('zebra', 5);
      store.feed.touch(user('ada'), false, 5);
      store.feed.touch(user('ada'), false, 5);
      store.feed.beginEpoch('ant', 6);
      store.feed.beginEpoch('mole', 6);
      store.feed.touch(user('ada'), false, 7);
      expect(store.feed.currentEpoch()).toBe('mole');
      expect(['zebra', 'ant', 'mole'].map((epoch) => store.feed.epoch(epoch))).toEqual([
        { beganAfter: 0, endedAt: 2 },
        { beganAfter: 2, endedAt: 2 },
        { beganAfter: 2, endedAt: null },
      ]);
      expect(() => store.feed.beginEpoch('ant', 8)).toThrow();
    });
  });
}
