import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/list_users', (stand) => {
  test('gives the users who are in the group, with their identities', async () => {
    const acs_access_group_id = await stand.group();
    const full_name = stand.word('Person ');
    const user_identity_id = await stand.identity({ full_name });
    const named = await stand.user({ user_identity_id, acs_access_group_ids: [acs_access_group_id] });
    const other = await stand.user({ acs_access_group_ids: [acs_access_group_id] });
    const users = await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id });
    expect(users).toEqual([
      await stand.seam.acs.users.get({ acs_user_id: named }),
      await stand.seam.acs.users.get({ acs_user_id: other }),
    ]);
    expect(users[0]).toMatchObject({ user_identity_id, user_identity_full_name: full_name });
  });

  test('refuses an id that no group has', async () => {
    const acs_access_group_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.accessGroups.listUsers({ acs_access_group_id }))).toBe(
      'acs_access_group_not_found',
    );
  });
});
