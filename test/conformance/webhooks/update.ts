import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/webhooks/update', (stand) => {
  test('says anew of which events the webhook hears, and leaves the rest', async () => {
    const made = await stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/', event_types: [] });
    const { webhook_id } = made;
    const event_types = ['acs_encoder.removed', 'lock.locked'];
    await stand.seam.webhooks.update({ webhook_id, event_types });
    expect(await stand.seam.webhooks.get({ webhook_id })).toEqual({ ...made, event_types });
    await stand.raw.request('PUT', '/webhooks/update', { body: { webhook_id, event_types: [] } });
    expect(await stand.seam.webhooks.get({ webhook_id })).toEqual(made);
    const misspelt = { webhook_id, event_types: ['acs_encoder.remove'] };
    expect(await refused(stand.seam.webhooks.update(misspelt))).toBe('invalid_input');
    await stand.seam.webhooks.delete({ webhook_id });
  });

  test('refuses a webhook that is not here', async () => {
    const nobody = { webhook_id: crypto.randomUUID(), event_types: ['*'] };
    expect(await refused(stand.seam.webhooks.update(nobody))).toBe('webhook_not_found');
  });
});
