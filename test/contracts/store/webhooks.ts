import { describe, expect, test } from 'vitest';
import { afterSending, newDelivery } from '../../../src/model/delivery.ts';
import type { Webhook } from '../../../src/model/webhook.ts';
import type { Store } from '../../../src/store/store.ts';
import { ALL, ids } from './records.ts';
import type { StorePlaces } from './store.ts';

const webhook = (id: string, more: Partial<Webhook> = {}): Webhook => ({
  id,
  url: `https://pms.example.com/${id}`,
  eventTypes: ['*'],
  secret: `whsec_${id}`,
  createdAt: 1000,
  ...more,
});

/** An event, and its delivery to a webhook, pending and due at its time. */
function owe(store: Store, id: string, webhookId: string, at: number): void {
  if (store.events.get(`event ${id}`) === null) {
    store.events.insert({
      id: `event ${id}`,
      type: 'acs_user.created',
      occurredAt: at,
      subject: { acsUserId: 'ada' },
    });
  }
  store.deliveries.insert(newDelivery({ id, webhookId, eventId: `event ${id}` }, at));
}

/** Sends it once, with success or not. */
function send(store: Store, id: string, problem: string | null, now: number): void {
  const delivery = store.deliveries.get(id);
  if (delivery === null) throw new Error(`no delivery ${id}`);
  store.deliveries.update(afterSending(delivery, { status: problem === null ? 200 : 500, problem }, now, 0));
}

/** Sends it in vain until it is given up. */
function giveUp(store: Store, id: string, now: number): void {
  while (store.deliveries.get(id)?.state === 'pending') send(store, id, 'No.', now);
}

/** What a store promises of webhooks, and of what is to be delivered to them. */
export function webhooksContract({ openStore }: StorePlaces): void {
  describe('webhooks', () => {
    test('are kept as they are, in the order in which they were made', () => {
      const store = openStore();
      const all = ['b', 'a'].map((id) => webhook(id, { eventTypes: [`acs_user.${id}`, '*'] }));
      for (const one of all) store.webhooks.insert(one);
      expect(store.webhooks.list()).toEqual(all);
      expect(store.webhooks.get('a')).toEqual(all[1]);
      expect(store.webhooks.get('c')).toBeNull();
      store.webhooks.update(webhook('a', { eventTypes: [] }));
      expect(store.webhooks.get('a')).toEqual(webhook('a', { eventTypes: [] }));
    });

    test('go with what was to be delivered to them', () => {
      const store = openStore();
      for (const id of ['a', 'b']) {
        store.webhooks.insert(webhook(id));
        owe(store, `to ${id}`, id, 1000);
      }
      store.webhooks.delete('a');
      expect(store.webhooks.get('a')).toBeNull();
      expect(ids(store.deliveries.list({}, ALL))).toEqual(['to b']);
    });
  });

  describe('deliveries', () => {
    test('are kept as they are', () => {
      const store = openStore();
      store.webhooks.insert(webhook('a'));
      owe(store, '1', 'a', 1000);
      expect(store.deliveries.get('1')).toEqual(
        newDelivery({ id: '1', webhookId: 'a', eventId: 'event 1' }, 1000),
      );
      send(store, '1', 'It answered 500.', 2000);
      expect(store.deliveries.get('1')).toMatchObject({
        ...{ state: 'pending', attempts: 1, nextAttemptAt: 7000, lastAttemptAt: 2000 },
        ...{ lastStatus: 500, lastError: 'It answered 500.' },
      });
      expect(store.deliveries.get('2')).toBeNull();
      expect(() =>
        store.deliveries.insert(newDelivery({ id: '2', webhookId: 'a', eventId: 'none' }, 1)),
      ).toThrow();
    });

    test('are due one webhook at a time, the longest due first', () => {
      const store = openStore();
      for (const id of ['a', 'b']) store.webhooks.insert(webhook(id));
      owe(store, 'late', 'a', 3000);
      owe(store, 'early', 'a', 1000);
      owe(store, 'other', 'b', 500);
      owe(store, 'middle', 'a', 2000);
      owe(store, 'sent', 'a', 1500);
      send(store, 'sent', null, 1500);
      const due = (now: number, limit = 10) => store.deliveries.due('a', now, limit).map(({ id }) => id);
      expect(due(999)).toEqual([]);
      expect(due(2000)).toEqual(['early', 'middle']);
      expect(due(9000, 1)).toEqual(['early']);
      expect([499, 500, 999, 1000, 2999, 3000].map((now) => store.deliveries.nextAfter(now))).toEqual([
        ...[500, 1000, 1000, 2000, 3000],
        null,
      ]);
    });

    test('are listed and counted by webhook and state', () => {
      const store = openStore();
      for (const id of ['a', 'b']) {
        store.webhooks.insert(webhook(id));
        for (const state of ['waits', 'came', 'lost']) owe(store, `${state} ${id}`, id, 1000);
        send(store, `came ${id}`, null, 1000);
        giveUp(store, `lost ${id}`, 1000);
      }
      const list = (filter: Parameters<Store['deliveries']['list']>[0]) =>
        ids(store.deliveries.list(filter, ALL));
      expect(list({})).toHaveLength(6);
      expect(list({ webhookId: 'b' })).toEqual(['waits b', 'came b', 'lost b']);
      expect(list({ state: 'delivered' })).toEqual(['came a', 'came b']);
      expect(list({ state: 'given_up', webhookId: 'a' })).toEqual(['lost a']);
      expect(list({ webhookId: 'none' })).toEqual([]);
      const first = store.deliveries.list({}, { after: 0, limit: 4 });
      expect(ids(store.deliveries.list({}, { after: first.nextAfter ?? 0, limit: 4 }))).toEqual([
        'came b',
        'lost b',
      ]);
      expect(
        (['pending', 'delivered', 'given_up'] as const).map((state) => store.deliveries.count(state)),
      ).toEqual([2, 2, 2]);
    });

    test('that were given up are replayed, by webhook and since when they were made', () => {
      const store = openStore();
      for (const id of ['a', 'b']) {
        store.webhooks.insert(webhook(id));
        for (const at of [1000, 2000]) {
          owe(store, `${at} ${id}`, id, at);
          giveUp(store, `${at} ${id}`, at);
        }
      }
      expect(store.deliveries.replayGivenUp('a', 2001, 9000)).toBe(0);
      expect(store.deliveries.replayGivenUp('a', 2000, 9000)).toBe(1);
      expect(store.deliveries.get('2000 a')).toMatchObject({
        state: 'pending',
        attempts: 0,
        nextAttemptAt: 9000,
      });
      expect(store.deliveries.count('given_up')).toBe(3);
      expect(store.deliveries.replayGivenUp('a', 0, 9000)).toBe(1);
      expect(store.deliveries.replayGivenUp('b', 0, 9000)).toBe(2);
    });

    test('keep their event while they are pending, and go with it after', () => {
      const store = openStore();
      store.webhooks.insert(webhook('a'));
      for (const id of ['waits', 'came', 'lost']) owe(store, id, 'a', 1000);
      send(store, 'came', null, 1000);
      giveUp(store, 'lost', 1000);
      expect(store.events.forgetBefore(1000, 10)).toBe(0);
      expect(store.events.forgetBefore(1001, 1)).toBe(1);
      expect(store.events.forgetBefore(1001, 10)).toBe(1);
      expect(store.events.forgetBefore(1001, 10)).toBe(0);
      expect(ids(store.deliveries.list({}, ALL))).toEqual(['waits']);
      expect(ids(store.events.list({}, ALL))).toEqual(['event waits']);
    });
  });
}
