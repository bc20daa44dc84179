import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/credentials/unmanaged/get', (stand) => {
  test('finds nothing: every credential here is managed', async () => {
    for (const acs_credential_id of [crypto.randomUUID(), await stand.credential()]) {
      const path = '/acs/credentials/unmanaged/get';
      const asked = [
        stand.raw.post(path, { acs_credential_id }),
        stand.raw.request('GET', path, { query: `acs_credential_id=${acs_credential_id}` }),
      ];
      for (const answer of asked) expect(await refused(answer)).toBe('acs_credential_not_found');
    }
  });
});
