import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/add_to_access_group', (stand) => {
  test('puts the user into the group, once', async () => {
    const [acs_user_id, acs_access_group_id] = [await stand.user(), await stand.group()];
    for (const _ of ['once', 'again']) {
      await stand.seam.acs.users.addToAccessGroup({ acs_user_id, acs_access_group_id });
    }
    const users = await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id });
    expect(users).toMatchObject([{ acs_user_id }]);
    expect(users).toHaveLength(1);
  });

  test('refuses a user and a group that are not here', async () => {
    const [acs_user_id, acs_access_group_id] = [await stand.user(), await stand.group()];
    const unknown = crypto.randomUUID();
    const { users } = stand.seam.acs;
    expect(await refused(users.addToAccessGroup({ acs_user_id: unknown, acs_access_group_id }))).toBe(
      'acs_user_not_found',
    );
    expect(await refused(users.addToAccessGroup({ acs_user_id, acs_access_group_id: unknown }))).toBe(
      'acs_access_group_not_found',
    );
  });
});
