import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import type { Store } from '../../../src/store/store.ts';
import type { BackendLink } from '../../../src/store/sync-tables.ts';
import type { StorePlaces } from './store.ts';

const LINK: BackendLink = {
  endpoint: 'https://above.example',
  isPaired: true,
  apiKey: 'seam_key',
  identity: 'workspace system',
  cursor: 'epoch:7',
  walk: { number: 2, position: 'acs_user:40', cursor: 'epoch:5', isRestored: true },
  walks: 2,
  walkedAt: 9,
};

const user = (id: string): ResourceName => ({ kind: 'acs_user', id });

/** What a store promises of the backend of a desk, and of what it has in common with it. */
export function backendContract({ openPlace, openStore }: StorePlaces): void {
  describe('the backend', () => {
    test('is none, or one with how far the desk has followed it, across a restart', () => {
      const place = openPlace();
      const before = place.open();
      expect([before.backend.read(), before.backend.exists()]).toEqual([null, false]);
      before.backend.write({ ...LINK, apiKey: null, walk: null });
      before.backend.write(LINK);
      before[Symbol.dispose]();
      const store = place.open();
      expect([store.backend.read(), store.backend.exists()]).toEqual([LINK, true]);
      store.backend.write(null);
      expect([store.backend.read(), store.backend.exists()]).toEqual([null, false]);
    });

    test('is as it was when the transaction around a change is undone', () => {
      const store = openStore();
      store.backend.write(LINK);
      expect(() =>
        store.transaction(() => {
          store.backend.write(null);
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(store.backend.read()).toEqual(LINK);
    });
  });

  describe('what desk and backend share', () => {
    const shared = (store: Store, kind: ResourceName['kind'], walk: number) =>
      store.sharedResources.unmet(kind, walk, 100).map(({ id }) => id);

    test('is found by either id, for each kind by itself', () => {
      const store = openStore();
      store.sharedResources.note(user('ada'), 'above-1', 1, 5);
      store.sharedResources.note({ kind: 'user_identity', id: 'ada' }, 'above-1', 1, 6);
      const ada = { ...user('ada'), backendId: 'above-1', syncedAt: 5 };
      expect(store.sharedResources.get(user('ada'))).toEqual(ada);
      expect(store.sharedResources.ofBackend('acs_user', 'above-1')).toEqual(ada);
      expect(store.sharedResources.ofBackend('user_identity', 'above-1')?.syncedAt).toBe(6);
      expect(store.sharedResources.get(user('above-1'))).toBeNull();
      expect(store.sharedResources.ofBackend('acs_user', 'ada')).toBeNull();
      expect(store.sharedResources.ofBackend('acs_entrance', 'above-1')).toBeNull();
    });

    test('is found for many ids at once', () => {
      const store = openStore();
      for (const id of ['ada', 'grace', 'edith']) store.sharedResources.note(user(id), `above-${id}`, 1, 5);
      store.sharedResources.note({ kind: 'user_identity', id: 'zoe' }, 'above-zoe', 1, 5);
      const among = (ids: readonly string[]) =>
        store.sharedResources.among('acs_user', ids).map(({ id, backendId }) => [id, backendId]);
      expect(among(['grace', 'zoe', 'ada']).toSorted()).toEqual([
        ...[
          ['ada', 'above-ada'],
          ['grace', 'above-grace'],
        ],
      ]);
      expect(among(['above-ada'])).toEqual([]);
      expect(among([])).toEqual([]);
    });

    test('is noted again with another id, time and walk, and only one thing has an id of the backend’s', () => {
      const store = openStore();
      store.sharedResources.note(user('ada'), 'above-1', 1, 5);
      store.sharedResources.note(user('ada'), 'above-2', 3, 8);
      expect(store.sharedResources.get(user('ada'))).toMatchObject({ backendId: 'above-2', syncedAt: 8 });
      expect(store.sharedResources.ofBackend('acs_user', 'above-1')).toBeNull();
      expect(shared(store, 'acs_user', 3)).toEqual([]);
      expect(shared(store, 'acs_user', 4)).toEqual(['ada']);
      expect(() => store.sharedResources.note(user('grace'), 'above-2', 3, 8)).toThrow();
      store.sharedResources.note(user('ada'), 'above-2', 4, null);
      expect(store.sharedResources.get(user('ada'))).toMatchObject({ backendId: 'above-2', syncedAt: 8 });
      expect(shared(store, 'acs_user', 4)).toEqual([]);
      store.sharedResources.note(user('edith'), 'above-3', 4, null);
      expect(store.sharedResources.get(user('edith'))?.syncedAt).toBeNull();
      store.sharedResources.forget(user('ada'));
      store.sharedResources.note(user('grace'), 'above-2', 3, 8);
      expect(store.sharedResources.ofBackend('acs_user', 'above-2')?.id).toBe('grace');
    });

    test('and was not met in a walk is known, those first that were met the longest ago', () => {
      const store = openStore();
      for (const [id, walk] of [
        ['c', 2],
        ['b', 1],
        ['a', 2],
        ['d', 3],
        ['e', 1],
      ] as const)
        store.sharedResources.note(user(id), `above-${id}`, walk, 5);
      store.sharedResources.note({ kind: 'acs_entrance', id: 'f' }, 'above-f', 1, 5);
      expect(shared(store, 'acs_user', 1)).toEqual([]);
      expect(shared(store, 'acs_user', 3)).toEqual(['b', 'e', 'a', 'c']);
      expect(store.sharedResources.unmet('acs_user', 3, 3).map(({ backendId }) => backendId)).toEqual([
        ...['above-b', 'above-e', 'above-a'],
      ]);
    });

    test('is counted and forgotten, one by one or all at once', () => {
      const store = openStore();
      for (const id of ['ada', 'grace']) store.sharedResources.note(user(id), id, 1, 5);
      store.sharedResources.note({ kind: 'acs_entrance', id: 'gate' }, 'gate', 1, 5);
      store.sharedResources.forget(user('ada'));
      store.sharedResources.forget(user('none'));
      const counts = () => [
        store.sharedResources.count('acs_user'),
        store.sharedResources.count('acs_entrance'),
      ];
      expect(counts()).toEqual([1, 1]);
      expect(() =>
        store.transaction(() => {
          store.sharedResources.clear();
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(counts()).toEqual([1, 1]);
      store.sharedResources.clear();
      expect(counts()).toEqual([0, 0]);
    });
  });

  describe('what the desk cannot have yet', () => {
    test('is held with the latest reason, until it is released', () => {
      const store = openStore();
      store.heldItems.hold(user('grace'), 'its identity is missing', 5);
      store.heldItems.hold(user('ada'), 'its identity is missing', 6);
      store.heldItems.hold({ kind: 'acs_entrance', id: 'gate' }, 'its name is taken', 7);
      store.heldItems.hold(user('grace'), 'its group is missing', 8);
      const gate = { kind: 'acs_entrance', id: 'gate', reason: 'its name is taken', createdAt: 7 };
      const ada = { ...user('ada'), reason: 'its identity is missing', createdAt: 6 };
      expect(store.heldItems.list(9)).toEqual([
        ...[gate, ada],
        { ...user('grace'), reason: 'its group is missing', createdAt: 5 },
      ]);
      expect(store.heldItems.list(1)).toEqual([gate]);
      expect(store.heldItems.count()).toBe(3);
      expect(store.heldItems.among('acs_user', ['grace', 'gate', 'none', 'ada']).toSorted()).toEqual([
        ...['ada', 'grace'],
      ]);
      expect(store.heldItems.among('acs_user', [])).toEqual([]);
      store.heldItems.readAgain(user('grace'), 'it is to be told first', 9);
      store.heldItems.readAgain(user('zoe'), 'it was told', 9);
      expect(store.heldItems.count()).toBe(2);
      expect(store.heldItems.list(9)).toHaveLength(4);
      store.heldItems.hold(user('zoe'), 'its group is missing', 9);
      expect(store.heldItems.count()).toBe(3);
      for (const id of ['grace', 'zoe', 'none']) store.heldItems.release(user(id));
      expect(store.heldItems.list(9)).toEqual([gate, ada]);
      expect(() =>
        store.transaction(() => {
          store.heldItems.hold(user('edith'), 'undone', 9);
          store.heldItems.clear();
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(store.heldItems.count()).toBe(2);
      store.heldItems.clear();
      expect([store.heldItems.count(), store.heldItems.list(9)]).toEqual([0, []]);
    });
  });
}
