import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/pair';

operation(path, (stand) => {
  test('says why a property server cannot be asked', async () => {
    const pair = (endpoint: string) => refused(stand.admin.post(path, { endpoint }));
    // Nothing listens on port 8.
    expect(await pair('http://127.0.0.1:8')).toBe('backend_unavailable');
    expect(await pair(stand.desk.url)).toBe('invalid_input');
    for (const wrong of ['x', 'ftp://x.example', 'https://a:b@x.example', 'https://x.example/?a=b']) {
      expect(await pair(wrong), wrong).toBe('invalid_input');
    }
    expect(await refused(stand.raw.post(path, { endpoint: stand.desk.url }))).toBe('missing_scope');
    // As /v1/desks/add names it.
    const named = { endpoint: 'http://127.0.0.1:8', name: 'x'.repeat(101) };
    expect(await refused(stand.admin.post(path, named))).toBe('invalid_input');
  });
});
