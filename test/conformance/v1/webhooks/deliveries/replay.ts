import { expect, test } from 'vitest';
import { z } from 'zod';
import { WebhookReceiver } from '../../../../stories/webhook-receiver.ts';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

const path = '/v1/webhooks/deliveries/replay';
const list = z.object({ webhook_deliveries: z.array(z.looseObject({ state: z.string() })) });

operation(path, (stand) => {
  test('sends what was delivered once more, under the id that it had', async () => {
    await using receiver = await WebhookReceiver.open();
    const order = { url: receiver.url, event_types: ['acs_user.created'] };
    const { webhook_id } = await stand.seam.webhooks.create(order);
    await stand.user();
    const states = async () =>
      (await stand.raw.ask('/v1/webhooks/deliveries/list', { webhook_id }, list)).webhook_deliveries.map(
        ({ state }) => state,
      );
    await expect.poll(states).toEqual(['delivered']);
    const [delivery_id] = receiver.ids;
    expect((await stand.raw.post(path, { delivery_id })).body).toMatchObject({ replayed_count: 1 });
    await expect.poll(() => receiver.ids).toEqual([delivery_id, delivery_id]);
    expect((await stand.raw.post(path, { webhook_id })).body).toMatchObject({ replayed_count: 0 });
    await expect.poll(states).toEqual(['delivered']);
    await stand.seam.webhooks.delete({ webhook_id });
  });

  test('refuses what is not here, and half an order', async () => {
    expect(await refused(stand.raw.post(path, { delivery_id: 'x' }))).toBe('webhook_delivery_not_found');
    expect(await refused(stand.raw.post(path, { webhook_id: 'x' }))).toBe('webhook_not_found');
    expect(await refused(stand.raw.post(path, {}))).toBe('invalid_input');
    expect(await refused(stand.raw.post(path, { delivery_id: 'x', webhook_id: 'x' }))).toBe('invalid_input');
  });
});
