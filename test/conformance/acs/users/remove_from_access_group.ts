import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/remove_from_access_group', (stand) => {
  const remove = (parameters: {
    acs_access_group_id: string;
    acs_user_id?: string;
    user_identity_id?: string;
  }) => stand.seam.acs.users.removeFromAccessGroup(parameters);

  test('takes the user out of the group, named either way; who is out stays out', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const acs_access_group_id = await stand.group();
    for (const name of [{ acs_user_id }, { user_identity_id }]) {
      await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
      expect(await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id })).toHaveLength(1);
      await remove({ acs_access_group_id, ...name });
      await remove({ acs_access_group_id, ...name });
      expect(await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id })).toEqual([]);
    }
  });

  test('refuses a user and a group that are not here', async () => {
    const [acs_user_id, acs_access_group_id] = [await stand.user(), await stand.group()];
    const unknown = crypto.randomUUID();
    expect(await refused(remove({ acs_user_id: unknown, acs_access_group_id }))).toBe('acs_user_not_found');
    expect(await refused(remove({ acs_user_id, acs_access_group_id: unknown }))).toBe(
      'acs_access_group_not_found',
    );
    expect(await refused(remove({ acs_access_group_id }))).toBe('invalid_input');
  });
});
