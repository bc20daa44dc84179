import { expect, test } from 'vitest';
import { operation } from '../../../conformance.ts';
import { refused } from '../../../stand.ts';

operation('/acs/access_groups/unmanaged/list', (stand) => {
  test('gives none: this desk manages every access group', async () => {
    await stand.group();
    const { systemId: acs_system_id } = stand.desk;
    const path = '/acs/access_groups/unmanaged/list';
    for (const filter of [{}, { acs_system_id }, { search: 'a', acs_user_id: await stand.user() }]) {
      const answer = await stand.raw.post(path, filter);
      expect(answer).toMatchObject({ status: 200, body: { acs_access_groups: [] } });
    }
    const elsewhere = stand.raw.post(path, { acs_system_id: crypto.randomUUID() });
    expect(await refused(elsewhere)).toBe('acs_system_not_found');
  });
});
