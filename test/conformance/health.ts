import { expect, test } from 'vitest';
import { operation } from './conformance.ts';

operation('/health', (stand) => {
  test('says without a token whether the daemon works, and which drivers do', async () => {
    const headers = { authorization: undefined };
    for (const method of ['GET', 'POST']) {
      expect(await stand.raw.request(method, '/health', { headers })).toMatchObject({
        status: 200,
        body: {
          ok: true,
          site_keys: 'available',
          sync: { state: 'off', waiting: 0, refused: 0, hint: null },
          drivers: [{ driver: 'virtual', state: 'running' }],
        },
      });
    }
  });
});
