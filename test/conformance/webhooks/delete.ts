import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/webhooks/delete', (stand) => {
  test('takes the webhook away, once', async () => {
    const { webhook_id } = await stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/' });
    await stand.seam.webhooks.delete({ webhook_id });
    expect(await refused(stand.seam.webhooks.delete({ webhook_id }))).toBe('webhook_not_found');
  });

  test('takes what was still to be delivered with it', async () => {
    const { webhook_id } = await stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/' });
    await stand.user();
    await stand.raw.request('DELETE', '/webhooks/delete', { query: `webhook_id=${webhook_id}` });
    const { body } = await stand.raw.post('/v1/webhooks/deliveries/list', { webhook_id });
    expect(body).toMatchObject({ webhook_deliveries: [] });
  });
});
