import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/access_groups/list', (stand) => {
  test('gives the groups whose name or id contains what is searched for', async () => {
    const name = stand.word('Night shift ');
    const acs_access_group_id = await stand.group({ name });
    const group = await stand.seam.acs.accessGroups.get({ acs_access_group_id });
    const { systemId: acs_system_id } = stand.desk;
    for (const filter of [
      { search: name.toUpperCase() },
      { search: acs_access_group_id.slice(0, 18), acs_system_id },
    ]) {
      expect(await stand.seam.acs.accessGroups.list(filter)).toEqual([group]);
    }
    expect(await stand.seam.acs.accessGroups.list()).toContainEqual(group);
  });

  test('gives the groups that a user is in, named either way', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const acs_access_group_id = await stand.group();
    await stand.group();
    await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
    for (const filter of [{ acs_user_id }, { user_identity_id }, { acs_user_id, user_identity_id }]) {
      const groups = await stand.seam.acs.accessGroups.list(filter);
      expect(groups.map((group) => group.acs_access_group_id)).toEqual([acs_access_group_id]);
    }
  });

  test('gives none for nobody, for two different people and for a person who is no user', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const acs_access_group_id = await stand.group();
    await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
    for (const filter of [
      { acs_user_id: crypto.randomUUID() },
      { user_identity_id: crypto.randomUUID() },
      { user_identity_id: await stand.identity() },
      { acs_user_id: await stand.user(), user_identity_id },
    ]) {
      expect(await stand.seam.acs.accessGroups.list(filter)).toEqual([]);
    }
  });

  test('refuses a system that is not here', async () => {
    const acs_system_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.accessGroups.list({ acs_system_id }))).toBe('acs_system_not_found');
  });
});
