import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/list_accessible_entrances', (stand) => {
  test('gives what was granted, what groups open and what credentials open, once', async () => {
    const acs_user_id = await stand.user();
    const [granted, byGroup, byCredential] = [
      await stand.entrance(),
      await stand.entrance(),
      await stand.entrance(),
    ];
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id: granted, acs_user_id });
    const acs_access_group_id = await stand.group({ acs_entrance_ids: [byGroup, granted] });
    await stand.seam.acs.accessGroups.addUser({ acs_access_group_id, acs_user_id });
    await stand.credential({ acs_user_id, allowed_acs_entrance_ids: [byCredential, granted] });
    expect(await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id })).toMatchObject([
      { acs_entrance_id: granted },
      { acs_entrance_id: byGroup },
      { acs_entrance_id: byCredential },
    ]);
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    expect(await stand.seam.acs.users.listAccessibleEntrances({ user_identity_id, acs_system_id })).toEqual(
      await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id }),
    );
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/list_accessible_entrances', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });
});
