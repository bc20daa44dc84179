import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/user_identities/unmanaged/get', (stand) => {
  test('refuses every id: this desk manages all that it has', async () => {
    for (const id of [await stand.identity(), crypto.randomUUID()]) {
      const answer = stand.raw.post('/user_identities/unmanaged/get', { user_identity_id: id });
      expect(await refused(answer)).toBe('user_identity_not_found');
    }
  });
});
