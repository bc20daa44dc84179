import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/users/unmanaged/get', (stand) => {
  test('refuses every id: this desk manages all that it has', async () => {
    for (const id of [await stand.user(), crypto.randomUUID()]) {
      const answer = stand.raw.post('/acs/users/unmanaged/get', { acs_user_id: id });
      expect(await refused(answer)).toBe('acs_user_not_found');
    }
  });
});
