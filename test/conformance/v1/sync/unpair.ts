import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/sync/unpair';

operation(path, (stand) => {
  test('says that there is nothing to end', async () => {
    expect(await refused(stand.admin.post(path))).toBe('not_paired');
    expect(await refused(stand.raw.post(path))).toBe('missing_scope');
  });
});
