import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/webhooks/create', (stand) => {
  test('makes a webhook for every event, with a secret', async () => {
    const url = `http://127.0.0.1:8/${stand.word('hook')}?tenant=1`;
    const webhook = await stand.seam.webhooks.create({ url });
    expect(webhook).toEqual({
      webhook_id: expect.any(String),
      url,
      event_types: ['*'],
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
    });
    await stand.seam.webhooks.delete({ webhook_id: webhook.webhook_id });
  });

  test("makes one for some events: all of Seam's names are taken", async () => {
    const event_types = ['acs_credential.issued', 'device.connected', 'access_method.issued'];
    const webhook = await stand.seam.webhooks.create({ url: 'http://127.0.0.1:8/', event_types });
    expect(webhook.event_types).toEqual(event_types);
    await stand.seam.webhooks.delete({ webhook_id: webhook.webhook_id });
  });

  test('refuses what is no URL, and names that no event has', async () => {
    const create = (parameters: { url: string; event_types?: string[] }) =>
      refused(stand.seam.webhooks.create(parameters));
    expect(await create({ url: 'no url' })).toBe('invalid_input');
    expect(await create({ url: 'ftp://127.0.0.1/' })).toBe('invalid_input');
    expect(await create({ url: 'http://127.0.0.1:8/', event_types: ['acs_user.creatd'] })).toBe(
      'invalid_input',
    );
    expect(await refused(stand.raw.post('/webhooks/create', {}))).toBe('invalid_input');
  });
});
