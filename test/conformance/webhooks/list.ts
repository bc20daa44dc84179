import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';

operation('/webhooks/list', (stand) => {
  test('gives every webhook, the oldest first', async () => {
    const create = () => stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/', event_types: [] });
    const made = [await create(), await create()];
    const ids = made.map(({ webhook_id }) => webhook_id);
    const listed = await stand.seam.webhooks.list();
    expect(listed.filter(({ webhook_id }) => ids.includes(webhook_id))).toEqual(made);
    for (const webhook_id of ids) await stand.seam.webhooks.delete({ webhook_id });
    expect((await stand.seam.webhooks.list()).filter(({ webhook_id }) => ids.includes(webhook_id))).toEqual(
      [],
    );
  });
});
