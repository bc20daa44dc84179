import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/add_user', (stand) => {
  test('puts the user into the group', async () => {
    const [acs_user_id, acs_access_group_id] = [await stand.user(), await stand.group()];
    await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
    expect(await stand.seam.acs.accessGroups.list({ acs_user_id })).toMatchObject([{ acs_access_group_id }]);
  });

  test('makes a user of an identity that has none, and links one who has its e-mail address', async () => {
    const acs_access_group_id = await stand.group();
    const email_address = `${stand.word('grace')}@example.com`;
    const known = await stand.user({ email_address });
    for (const user_identity_id of [await stand.identity(), await stand.identity({ email_address })]) {
      await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, user_identity_id });
      expect(await stand.seam.acs.accessGroups.list({ user_identity_id })).toMatchObject([
        { acs_access_group_id },
      ]);
    }
    const users = await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id });
    expect(users).toHaveLength(2);
    expect(users).toContainEqual(expect.objectContaining({ acs_user_id: known }));
  });

  test('refuses what is not here, and who is not named', async () => {
    const [acs_user_id, acs_access_group_id] = [await stand.user(), await stand.group()];
    const unknown = crypto.randomUUID();
    const add = (parameters: {
      acs_access_group_id: string;
      acs_user_id?: string;
      user_identity_id?: string;
    }) => refused(stand.seam.acs.accessGroups.addUser(parameters));
    expect(await add({ acs_access_group_id: unknown, acs_user_id })).toBe('acs_access_group_not_found');
    expect(await add({ acs_access_group_id, acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await add({ acs_access_group_id, user_identity_id: unknown })).toBe('user_identity_not_found');
    expect(await add({ acs_access_group_id })).toBe('invalid_input');
    expect(await add({ acs_access_group_id, acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
  });
});
