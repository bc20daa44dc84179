import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/credentials/unmanaged/list', (stand) => {
  test('is empty: every credential here is managed', async () => {
    const acs_user_id = await stand.user();
    await stand.credential({ acs_user_id });
    const path = '/acs/credentials/unmanaged/list';
    const { systemId: acs_system_id } = stand.desk;
    for (const body of [{}, { acs_user_id, acs_system_id }, { user_identity_id: crypto.randomUUID() }]) {
      expect((await stand.raw.post(path, body)).body).toEqual({ acs_credentials: [], ok: true });
    }
    const query = `acs_system_id=${crypto.randomUUID()}`;
    expect(await refused(stand.raw.request('GET', path, { query }))).toBe('acs_system_not_found');
  });
});
