import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/list_accessible_entrances', (stand) => {
  test('gives what the users of the group may open by it', async () => {
    const acs_entrance_id = await stand.entrance();
    await stand.entrance();
    const acs_access_group_id = await stand.group({ acs_entrance_ids: [acs_entrance_id] });
    const request = stand.seam.acs.accessGroups.listAccessibleEntrances({ acs_access_group_id });
    expect(await request).toEqual([await stand.seam.acs.entrances.get({ acs_entrance_id })]);
  });

  test('refuses an id that no group has', async () => {
    const acs_access_group_id = crypto.randomUUID();
    const request = stand.seam.acs.accessGroups.listAccessibleEntrances({ acs_access_group_id });
    expect(await refused(request)).toBe('acs_access_group_not_found');
  });
});
