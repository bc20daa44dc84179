import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/suspend', (stand) => {
  test('lets the user open nothing for now', async () => {
    const [acs_user_id, acs_entrance_id] = [await stand.user(), await stand.entrance()];
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id });
    expect(await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id })).toHaveLength(1);
    await stand.seam.acs.users.suspend({ acs_user_id });
    await stand.seam.acs.users.suspend({ acs_user_id });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ is_suspended: true });
    expect(await stand.seam.acs.users.listAccessibleEntrances({ acs_user_id })).toEqual([]);
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    await stand.seam.acs.users.suspend({ user_identity_id, acs_system_id });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ is_suspended: true });
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/suspend', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });
});
