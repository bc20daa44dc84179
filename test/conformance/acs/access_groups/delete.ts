import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/delete', (stand) => {
  test('removes the group, what it opened, and tells of it', async () => {
    const [acs_user_id, acs_entrance_id] = [await stand.user(), await stand.entrance()];
    const acs_access_group_id = await stand.group({ acs_entrance_ids: [acs_entrance_id] });
    await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
    await stand.seam.acs.accessGroups.delete({ acs_access_group_id });
    expect(await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id })).toEqual([]);
    const gone = stand.seam.acs.accessGroups.delete({ acs_access_group_id });
    expect(await refused(gone)).toBe('acs_access_group_not_found');
    const filter = { since: '2000-01-01T00:00:00Z', acs_access_group_id };
    expect(await stand.seam.events.list(filter)).toMatchObject([
      { event_type: 'acs_access_group.deleted', acs_access_group_id },
    ]);
  });
});
