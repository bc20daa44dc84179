import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { webhookDelivery } from '../../src/api/wire/webhook.ts';
import { newDelivery, RETRY_AFTER_MS } from '../../src/model/delivery.ts';
import { Desk } from './desk.ts';
import { HandClock } from './hand-clock.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';
import { accept, answer, verified, WebhookReceiver } from './webhook-receiver.ts';

const deliveryList = z.object({ webhook_deliveries: z.array(webhookDelivery) });
const replayed = z.object({ replayed_count: z.int() });

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await WebhookReceiver.open();
});
afterEach(() => receiver[Symbol.asyncDispose]());

const deliveriesOf = async (desk: Desk, filter: object = {}) =>
  (await desk.raw.ask('/v1/webhooks/deliveries/list', filter, deliveryList)).webhook_deliveries;

const guestOf = ({ seam, systemId }: Desk, full_name: string) =>
  seam.acs.users.create({ acs_system_id: systemId, full_name });

describe('an app with a webhook', () => {
  test('hears of everything that happens, each event as Seam would tell it', async () => {
    await using desk = await Desk.open();
    const { secret, webhook_id } = await desk.seam.webhooks.create({ url: receiver.url });
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Ada');
    const assigned = await story.serve(await story.assign({ acs_user_id }), newCard());
    const { acs_credential_id } = credentialOf(assigned);
    await desk.seam.acs.credentials.delete({ acs_credential_id });
    await desk.seam.acs.users.delete({ acs_user_id });
    await expect.poll(async () => (await deliveriesOf(desk, { state: 'delivered' })).length).toBe(4);

    const heard = receiver.posts.map((post) => verified(secret ?? '', post));
    const since = '2000-01-01T00:00:00Z';
    const told = await desk.seam.events.list({ since, event_ids: heard.map(({ event_id }) => event_id) });
    expect(told.map(({ event_type }) => event_type)).toEqual([
      ...['acs_user.created', 'acs_credential.issued', 'acs_credential.deleted', 'acs_user.deleted'],
    ]);
    expect(heard.toSorted(byId)).toEqual(told.toSorted(byId));
    for (const one of await deliveriesOf(desk, { webhook_id })) {
      expect(one).toMatchObject({ state: 'delivered', attempt_count: 1, last_status: 200 });
      expect(receiver.ids).toContain(one.delivery_id);
    }
  });

  test('that is away hears of it later, from the next daemon too', async () => {
    const clock = new HandClock();
    await using desk = await Desk.open({ clock });
    await desk.seam.webhooks.create({ url: receiver.url, event_types: ['acs_user.created'] });
    receiver.reply = answer(500);
    await guestOf(desk, 'Ada');
    await expect.poll(async () => (await deliveriesOf(desk))[0]?.attempt_count).toBe(1);
    await desk.restart();
    expect(receiver.posts).toHaveLength(1);
    receiver.reply = accept;
    clock.pass(6000);
    await expect
      .poll(async () => (await deliveriesOf(desk))[0])
      .toMatchObject({ state: 'delivered', attempt_count: 2 });
    expect(new Set(receiver.ids).size).toBe(1);
    expect(new Set(receiver.posts.map(({ body }) => body)).size).toBe(1);
  });

  test('that never answers does not keep the daemon from stopping', async () => {
    receiver.reply = () => {};
    await using desk = await Desk.open();
    await desk.seam.webhooks.create({ url: receiver.url });
    await guestOf(desk, 'Ada');
    await expect.poll(() => receiver.openPosts).toBe(1);
    await desk.stop();
    await expect.poll(() => receiver.openPosts).toBe(0);
    receiver.reply = accept;
    await desk.start();
    await expect.poll(async () => (await deliveriesOf(desk))[0]?.state).toBe('delivered');
    expect(new Set(receiver.ids).size).toBe(1);
  });

  test('that is slow, with ten thousand events before it, keeps no clerk waiting', async () => {
    receiver.reply = () => {};
    await using desk = await Desk.open();
    const { webhook_id: webhookId } = await desk.seam.webhooks.create({ url: receiver.url });
    desk.inStore((store) =>
      store.transaction(() => {
        for (let made = 0; made < 10_000; made += 1) {
          const eventId = crypto.randomUUID();
          const now = Date.now();
          store.events.insert({
            id: eventId,
            type: 'acs_user.created',
            occurredAt: now,
            subject: { acsUserId: eventId },
          });
          store.deliveries.insert(newDelivery({ id: crypto.randomUUID(), webhookId, eventId }, now));
        }
      }),
    );
    await expect.poll(() => receiver.openPosts).toBe(2);
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Ada');
    expect(await story.serve(await story.assign({ acs_user_id }), newCard())).toMatchObject({
      status: 'success',
    });
    expect(receiver.posts).toHaveLength(2);
    expect(receiver.mostAtOnce).toBe(2);
    const { body } = await desk.raw.request('GET', '/metrics');
    expect(body).toContain('encoderd_webhook_deliveries{state="pending"} 10002');
  });
});

describe('what is given up', () => {
  /** A desk whose app has been away for longer than it is waited for. */
  async function openLateDesk(): Promise<{ desk: Desk; webhook_id: string; secret: string }> {
    const clock = new HandClock();
    const desk = await Desk.open({ clock });
    receiver.reply = answer(404, 'no such hook');
    const { webhook_id, secret = '' } = await desk.seam.webhooks.create({ url: receiver.url });
    await guestOf(desk, 'Ada');
    for (const at of [...RETRY_AFTER_MS, 0].keys()) {
      await expect.poll(async () => (await deliveriesOf(desk))[0]?.attempt_count).toBe(at + 1);
      const [{ next_attempt_at } = { next_attempt_at: undefined }] = await deliveriesOf(desk);
      if (next_attempt_at !== undefined) clock.pass(Date.parse(next_attempt_at) - clock.now());
    }
    return { desk, webhook_id, secret };
  }

  test('is seen in the log, in the health, in the metrics and in the list, with the reason', async () => {
    const { desk, webhook_id } = await openLateDesk();
    await using _desk = desk;
    const [delivery] = await deliveriesOf(desk, { webhook_id, state: 'given_up' });
    expect(delivery).toMatchObject({
      ...{ event_type: 'acs_user.created', attempt_count: 8, last_status: 404 },
      last_error: 'It answered 404: no such hook',
    });
    expect(delivery).not.toHaveProperty('next_attempt_at');
    expect(desk.errorLines).toMatchObject([{ delivery_id: delivery?.delivery_id, webhook_id }]);
    expect((await desk.raw.request('GET', '/health')).body).toMatchObject({ given_up_deliveries: 1 });
    const { body } = await desk.raw.request('GET', '/metrics');
    expect(body).toContain('encoderd_webhook_deliveries{state="given_up"} 1');
  });

  test('is replayed under the id that it had', async () => {
    const { desk, webhook_id } = await openLateDesk();
    await using _desk = desk;
    receiver.reply = accept;
    const path = '/v1/webhooks/deliveries/replay';
    const since = (minutes: number) =>
      new Date(Date.parse('2026-03-29T00:59:00Z') + minutes * 60_000).toISOString();
    expect(await desk.raw.ask(path, { webhook_id, since: since(1) }, replayed)).toEqual({
      replayed_count: 0,
    });
    expect(await desk.raw.ask(path, { webhook_id, since: since(0) }, replayed)).toEqual({
      replayed_count: 1,
    });
    await expect.poll(async () => (await deliveriesOf(desk))[0]?.state).toBe('delivered');
    const [delivery_id] = receiver.ids;
    expect(await desk.raw.ask(path, { delivery_id }, replayed)).toEqual({ replayed_count: 1 });
    await expect.poll(() => receiver.posts.length).toBe(10);
    expect(new Set(receiver.ids)).toEqual(new Set([delivery_id]));
    expect((await desk.raw.request('GET', '/health')).body).toMatchObject({ given_up_deliveries: 0 });
  });
});

const byId = (a: { readonly event_id: string }, b: { readonly event_id: string }) =>
  a.event_id.localeCompare(b.event_id);
