import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/get_pairing';

operation(path, (stand) => {
  test('says how it stands', async () => {
    expect((await stand.admin.post(path)).body).toEqual({ pairing: { state: 'none' }, ok: true });
    expect(await refused(stand.raw.post(path))).toBe('missing_scope');
  });
});
