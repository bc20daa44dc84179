import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

const path = '/v1/webhooks/deliveries/list';

const page = z.object({
  webhook_deliveries: z.array(z.looseObject({ webhook_id: z.string(), event_type: z.string() })),
  pagination: z.object({ has_next_page: z.boolean(), next_page_cursor: z.string().nullable() }),
});

operation(path, (stand) => {
  test('gives what is on its way to a webhook, by its state and in pages', async () => {
    // Nothing listens on port 9: what is sent there waits.
    const order = { url: 'http://127.0.0.1:8/', event_types: ['acs_user.created'] };
    const { webhook_id } = await stand.seam.webhooks.create(order);
    for (let made = 0; made < 3; made += 1) await stand.user();
    const pending = await stand.raw.ask(path, { webhook_id, state: 'pending' }, page);
    expect(pending.webhook_deliveries).toHaveLength(3);
    for (const one of pending.webhook_deliveries) {
      expect(one).toMatchObject({ webhook_id, event_type: 'acs_user.created', state: 'pending' });
    }
    const first = await stand.raw.ask(path, { webhook_id, limit: 2 }, page);
    const page_cursor = first.pagination.next_page_cursor;
    const second = await stand.raw.ask(path, { webhook_id, limit: 2, page_cursor }, page);
    const walked = [...first.webhook_deliveries, ...second.webhook_deliveries];
    expect(walked.map((one) => one['delivery_id'])).toEqual(
      pending.webhook_deliveries.map((one) => one['delivery_id']),
    );
    expect(second.pagination.has_next_page).toBe(false);
    expect((await stand.raw.ask(path, { webhook_id, state: 'delivered' }, page)).webhook_deliveries).toEqual(
      [],
    );
    expect((await stand.raw.ask(path, { webhook_id: 'x' }, page)).webhook_deliveries).toEqual([]);
    expect(await refused(stand.raw.post(path, { state: 'lost' }))).toBe('invalid_input');
    await stand.seam.webhooks.delete({ webhook_id });
  });
});
