import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/users/unmanaged/list', (stand) => {
  test('gives none: this desk manages every user', async () => {
    await stand.user();
    const { systemId: acs_system_id } = stand.desk;
    for (const filter of [{}, { acs_system_id }, { search: 'a', limit: 10 }]) {
      const answer = await stand.raw.post('/acs/users/unmanaged/list', filter);
      expect(answer).toMatchObject({ status: 200, body: { acs_users: [] } });
    }
    const elsewhere = stand.raw.post('/acs/users/unmanaged/list', { acs_system_id: crypto.randomUUID() });
    expect(await refused(elsewhere)).toBe('acs_system_not_found');
  });
});
