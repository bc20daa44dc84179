import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';

operation('/v1/hello', (stand) => {
  test('says without a token what answers here, and nothing else', async () => {
    const headers = { authorization: undefined };
    const { status, body } = await stand.raw.request('GET', '/v1/hello', { headers });
    expect([status, body]).toEqual([200, { product: 'encoderd', protocol: 1, ok: true }]);
  });
});
