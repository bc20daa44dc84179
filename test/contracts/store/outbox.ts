import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import { creation, deletion, type ResourceChange, update } from '../../../src/model/resource-change.ts';
import type { OutboxMessage, Refusal } from '../../../src/model/sync.ts';
import type { Store } from '../../../src/store/store.ts';
import { ALL, ids } from './records.ts';
import type { StorePlaces } from './store.ts';

const ADA: ResourceName = { kind: 'acs_user', id: 'ada' };

const CHANGE = update('acs_user', 'ada', { fullName: 'Ada' }, { fullName: 'Ada King' });

const REFUSAL: Refusal = {
  code: 'taken_above',
  message: 'somebody else has that address',
  fields: ['emailAddress'],
  rivalId: 'grace',
};

/** Puts a message of one desk there, made at 5 unless said. */
function put(store: Store, id: string, change: ResourceChange = CHANGE, createdAt = 5): OutboxMessage {
  store.outbox.append({ id, change, createdAt });
  const message = store.outbox.get(id);
  if (message === null) throw new Error(`${id} is lost`);
  return message;
}

const waitingIds = (store: Store) => store.outbox.waiting(0, 100).map(({ id }) => id);

/** What a store promises of the messages for a backend. */
export function outboxContract({ openPlace, openStore }: StorePlaces): void {
  describe('the outbox', () => {
    test('keeps what changed, to the last name, across a restart', () => {
      const place = openPlace();
      const change = creation(
        'acs_credential',
        'c1',
        { recordOnCard: { entrances: [1, 2], endsAt: null }, entranceIds: ['e1'], isIssued: true },
        'acs_credential.issued',
      );
      const before = place.open();
      put(before, 'm1', change);
      before[Symbol.dispose]();
      expect(place.open().outbox.get('m1')).toEqual({
        ...{ id: 'm1', sequence: 1, change, state: 'waiting', attempts: 0, isForced: false },
        ...{ refusal: null, createdAt: 5, settledAt: null },
      });
    });

    test('hands out what waits in the order in which it came, from any place on', () => {
      const store = openStore();
      const [first, second, third] = ['m2', 'm1', 'm3'].map((id) => put(store, id));
      expect(store.outbox.waiting(0, 2)).toEqual([first, second]);
      expect(store.outbox.waiting(second?.sequence ?? 0, 9)).toEqual([third]);
      expect(store.outbox.waiting(third?.sequence ?? 0, 9)).toEqual([]);
      expect(() => put(store, 'm1')).toThrow();
      expect(store.outbox.get('none')).toBeNull();
    });

    test('counts on, though its last message is forgotten, and from where it is told', () => {
      const store = openStore();
      expect(store.outbox.lastSequence()).toBe(0);
      put(store, 'm1');
      expect(put(store, 'm2').sequence).toBe(2);
      store.outbox.settle(['m1', 'm2'], 'delivered', 6);
      expect(store.outbox.forgetBefore(7, 9)).toBe(2);
      expect(store.outbox.lastSequence()).toBe(2);
      store.outbox.countFrom(40);
      store.outbox.countFrom(1);
      expect(store.outbox.lastSequence()).toBe(40);
      expect(put(store, 'm3').sequence).toBe(41);
    });

    test('counts from where it is told before its first message', () => {
      const store = openStore();
      store.outbox.countFrom(7);
      expect(store.outbox.lastSequence()).toBe(7);
      expect(put(store, 'm1').sequence).toBe(8);
    });

    test('notes each sending of those that are sent', () => {
      const store = openStore();
      for (const id of ['m1', 'm2']) put(store, id);
      store.outbox.noteSending(['m1', 'm2', 'none']);
      store.outbox.noteSending(['m2']);
      store.outbox.noteSending([]);
      expect(store.outbox.waiting(0, 9).map(({ attempts }) => attempts)).toEqual([1, 2]);
    });

    test('knows of which kinds a thing may have been made above whose maker does not know', () => {
      const store = openStore();
      put(store, 'm1', creation('acs_user', 'ada', { fullName: 'Ada' }));
      put(store, 'm2', creation('acs_user', 'grace', { fullName: 'Grace' }));
      put(store, 'm3', creation('acs_entrance', 'e1', { name: 'Gate' }));
      put(store, 'm4');
      put(store, 'm5', deletion('user_identity', 'p1'));
      expect(store.outbox.kindsInDoubt()).toEqual([]);
      store.outbox.noteSending(['m1', 'm2', 'm4', 'm5']);
      expect(store.outbox.kindsInDoubt()).toEqual(['acs_user']);
      store.outbox.settle(['m1'], 'delivered', 8);
      expect(store.outbox.kindsInDoubt()).toEqual(['acs_user']);
      store.outbox.refuse('m2', REFUSAL, 8);
      expect(store.outbox.kindsInDoubt()).toEqual([]);
    });

    test('hands out nothing that was delivered or dropped', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3']) put(store, id);
      store.outbox.settle(['m1', 'm3'], 'delivered', 8);
      store.outbox.settle(['m2'], 'dropped', 9);
      expect(waitingIds(store)).toEqual([]);
      expect(['m1', 'm2', 'm3'].map((id) => store.outbox.get(id))).toMatchObject([
        { state: 'delivered', settledAt: 8 },
        { state: 'dropped', settledAt: 9 },
        { state: 'delivered', settledAt: 8 },
      ]);
      expect(store.outbox.isUnsettled(ADA)).toBe(false);
    });

    test('shows what was refused, page by page, until a person lets it be told again', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3', 'm4']) put(store, id);
      store.outbox.noteSending(['m3']);
      for (const id of ['m4', 'm1', 'm3']) store.outbox.refuse(id, REFUSAL, 8);
      expect(ids(store.outbox.refused(ALL))).toEqual(['m1', 'm3', 'm4']);
      const first = store.outbox.refused({ after: 0, limit: 2 });
      expect(ids(first)).toEqual(['m1', 'm3']);
      expect(ids(store.outbox.refused({ after: first.nextAfter ?? 0, limit: 2 }))).toEqual(['m4']);
      expect(store.outbox.get('m3')).toMatchObject({ state: 'refused', refusal: REFUSAL, settledAt: 8 });
      store.outbox.retry('m3', true);
      store.outbox.retry('m1', false);
      expect(store.outbox.waiting(0, 9)).toMatchObject([
        { id: 'm1', isForced: false, refusal: null, settledAt: null, attempts: 0 },
        { id: 'm2', isForced: false },
        { id: 'm3', isForced: true, refusal: null, settledAt: null, attempts: 0 },
      ]);
      store.outbox.settle(['m4'], 'dropped', 9);
      expect(store.outbox.get('m4')).toMatchObject({ state: 'dropped', refusal: null, settledAt: 9 });
      expect(ids(store.outbox.refused(ALL))).toEqual([]);
    });

    test('lets only that be told again which was refused', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3']) put(store, id);
      store.outbox.noteSending(['m1']);
      store.outbox.settle(['m2'], 'delivered', 6);
      store.outbox.settle(['m3'], 'dropped', 6);
      for (const id of ['m1', 'm2', 'm3', 'none']) store.outbox.retry(id, true);
      expect(store.outbox.waiting(0, 9)).toMatchObject([{ id: 'm1', attempts: 1, isForced: false }]);
    });

    test('knows each thing of which something is unsettled, and what', () => {
      const store = openStore();
      put(store, 'm1');
      put(store, 'm2', deletion('acs_user', 'grace'));
      put(store, 'm3');
      put(store, 'm4', deletion('user_identity', 'ada'));
      put(store, 'm5');
      store.outbox.settle(['m1'], 'delivered', 6);
      for (const id of ['m3', 'm4']) store.outbox.refuse(id, REFUSAL, 6);
      expect(store.outbox.unsettledOf(ADA).map(({ id }) => id)).toEqual(['m3', 'm5']);
      expect(store.outbox.unsettledOf({ kind: 'acs_user', id: 'none' })).toEqual([]);
      expect(store.outbox.isUnsettled({ kind: 'user_identity', id: 'ada' })).toBe(true);
      store.outbox.settle(['m4'], 'dropped', 7);
      expect(store.outbox.isUnsettled({ kind: 'user_identity', id: 'ada' })).toBe(false);
      expect(store.outbox.isUnsettled({ kind: 'acs_user', id: 'grace' })).toBe(true);
      expect(store.outbox.isUnsettled({ kind: 'acs_entrance', id: 'ada' })).toBe(false);
    });

    test('knows what is unsettled of many things at once, in the order in which it came', () => {
      const store = openStore();
      put(store, 'm1', deletion('acs_user', 'zoe'));
      put(store, 'm2');
      put(store, 'm3', deletion('user_identity', 'ada'));
      put(store, 'm4', deletion('acs_user', 'zoe'));
      put(store, 'm5');
      put(store, 'm6', deletion('acs_user', 'other'));
      store.outbox.settle(['m2'], 'delivered', 6);
      store.outbox.refuse('m4', REFUSAL, 6);
      const among = (asked: readonly string[]) =>
        store.outbox.unsettledAmong('acs_user', asked).map(({ id }) => id);
      expect(among(['ada', 'zoe', 'none'])).toEqual(['m1', 'm4', 'm5']);
      expect(among([])).toEqual([]);
      expect(among(Array.from({ length: 40_000 }, (_, at) => (at === 0 ? 'ada' : `u${at}`)))).toEqual(['m5']);
    });

    test('names each thing once of which something was refused', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3']) put(store, id);
      put(store, 'm4', deletion('acs_entrance', 'gate'));
      put(store, 'm5', deletion('acs_entrance', 'pool'));
      for (const id of ['m1', 'm3', 'm4']) store.outbox.refuse(id, REFUSAL, 6);
      const named = store.outbox.refusedResources();
      expect(named).toHaveLength(2);
      expect(named).toEqual(expect.arrayContaining([ADA, { kind: 'acs_entrance', id: 'gate' }]));
    });

    test('says how much there is, and since when', () => {
      const store = openStore();
      const numbers = () => [
        store.outbox.counts(),
        store.outbox.oldestWaitingAt(),
        store.outbox.lastDeliveredAt(),
      ];
      expect(numbers()).toEqual([{ waiting: 0, refused: 0 }, null, null]);
      for (const [id, at] of [
        ['m1', 30],
        ['m2', 20],
        ['m3', 10],
        ['m4', 40],
      ] as const)
        put(store, id, CHANGE, at);
      expect(numbers()).toEqual([{ waiting: 4, refused: 0 }, 30, null]);
      store.outbox.settle(['m1'], 'delivered', 50);
      store.outbox.settle(['m4'], 'dropped', 70);
      store.outbox.refuse('m2', REFUSAL, 60);
      expect(numbers()).toEqual([{ waiting: 1, refused: 1 }, 10, 50]);
      store.outbox.settle(['m3'], 'delivered', 45);
      expect(numbers()).toEqual([{ waiting: 0, refused: 1 }, null, 50]);
    });

    test('lets everything wait again that was delivered, and nothing else', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3', 'm4']) put(store, id);
      store.outbox.noteSending(['m1']);
      store.outbox.settle(['m1', 'm4'], 'delivered', 6);
      store.outbox.settle(['m2'], 'dropped', 6);
      store.outbox.refuse('m3', REFUSAL, 6);
      expect(store.outbox.redeliver()).toBe(2);
      expect(store.outbox.waiting(0, 9)).toMatchObject([
        { id: 'm1', attempts: 1, settledAt: null },
        { id: 'm4', settledAt: null },
      ]);
      expect(store.outbox.lastDeliveredAt()).toBeNull();
      expect(store.outbox.redeliver()).toBe(0);
      store.outbox.settle(['m1', 'm4'], 'delivered', 7);
      expect(store.outbox.redeliver(1)).toBe(1);
      expect(waitingIds(store)).toEqual(['m4']);
    });

    test('knows the greatest sequence of what was delivered', () => {
      const store = openStore();
      expect(store.outbox.lastDelivered()).toBe(0);
      for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) put(store, id);
      store.outbox.settle(['m2'], 'delivered', 9);
      store.outbox.settle(['m3'], 'delivered', 6);
      store.outbox.settle(['m4'], 'dropped', 6);
      store.outbox.refuse('m5', REFUSAL, 6);
      expect(store.outbox.lastDelivered()).toBe(3);
    });

    test('forgets what has ended, the longest ago first, and nothing that has not', () => {
      const store = openStore();
      for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) put(store, id);
      store.outbox.settle(['m1'], 'delivered', 30);
      store.outbox.settle(['m2'], 'dropped', 10);
      store.outbox.settle(['m3'], 'delivered', 20);
      store.outbox.refuse('m4', REFUSAL, 1);
      expect(store.outbox.forgetBefore(10, 9)).toBe(0);
      expect(store.outbox.forgetBefore(31, 2)).toBe(2);
      const left = () => ['m1', 'm2', 'm3', 'm4', 'm5'].filter((id) => store.outbox.get(id) !== null);
      expect(left()).toEqual(['m1', 'm4', 'm5']);
      expect(store.outbox.forgetBefore(1_000, 9)).toBe(1);
      expect(left()).toEqual(['m4', 'm5']);
    });

    test('is as it was when the transaction around it is undone', () => {
      const store = openStore();
      put(store, 'm1');
      put(store, 'm2');
      const before = store.outbox.waiting(0, 9);
      expect(() =>
        store.transaction(() => {
          put(store, 'm3');
          store.outbox.settle(['m1'], 'delivered', 6);
          store.outbox.refuse('m2', REFUSAL, 6);
          store.outbox.countFrom(99);
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect(store.outbox.waiting(0, 9)).toEqual(before);
      expect(store.outbox.lastSequence()).toBe(2);
    });
  });
}
