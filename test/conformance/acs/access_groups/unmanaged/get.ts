import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/access_groups/unmanaged/get', (stand) => {
  test('refuses every id: this desk manages all that it has', async () => {
    for (const id of [await stand.group(), crypto.randomUUID()]) {
      const answer = stand.raw.post('/acs/access_groups/unmanaged/get', { acs_access_group_id: id });
      expect(await refused(answer)).toBe('acs_access_group_not_found');
    }
  });
});
