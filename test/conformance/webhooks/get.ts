import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/webhooks/get', (stand) => {
  test('gives the webhook that is named, with its secret', async () => {
    const made = await stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/', event_types: [] });
    const { webhook_id } = made;
    expect(await stand.seam.webhooks.get({ webhook_id })).toEqual(made);
    await stand.seam.webhooks.delete({ webhook_id });
    expect(await refused(stand.seam.webhooks.get({ webhook_id }))).toBe('webhook_not_found');
  });

  test('is for those who manage the desk', async () => {
    const app = stand.desk.app(stand.word('reader '), ['read', 'scan', 'encode']);
    expect(await refused(app.post('/webhooks/get', { webhook_id: 'x' }))).toBe('missing_scope');
  });
});
