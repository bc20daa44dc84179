import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/get', (stand) => {
  test('gives the group that is named', async () => {
    const name = stand.word('Staff ');
    const acs_access_group_id = await stand.group({ name });
    expect(await stand.seam.acs.accessGroups.get({ acs_access_group_id })).toMatchObject({
      ...{ acs_access_group_id, name },
      display_name: name,
      external_type_display_name: 'Access group',
      is_managed: true,
    });
  });

  test('refuses an id that no group has', async () => {
    const acs_access_group_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.accessGroups.get({ acs_access_group_id }))).toBe(
      'acs_access_group_not_found',
    );
  });
});
