import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/update', (stand) => {
  test('changes what is given, and leaves the rest', async () => {
    const acs_user_id = await stand.user({ full_name: 'Ada', phone_number: '+4915112345678' });
    const before = await stand.seam.acs.users.get({ acs_user_id });
    const change = { full_name: 'Ada King', email_address: 'ada.king@example.com' };
    const hid_acs_system_id = crypto.randomUUID();
    const access_schedule = { starts_at: '2030-01-01T00:00:00.000Z', ends_at: '2030-02-01T00:00:00.000Z' };
    await stand.seam.acs.users.update({ acs_user_id, ...change, hid_acs_system_id, access_schedule });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toEqual({
      ...before,
      ...change,
      ...{ hid_acs_system_id, access_schedule },
      email: change.email_address,
      display_name: change.full_name,
    });
    await stand.seam.acs.users.update({ acs_user_id, access_schedule: null });
    expect(await stand.seam.acs.users.get({ acs_user_id })).not.toHaveProperty('access_schedule');
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    await stand.seam.acs.users.update({ user_identity_id, acs_system_id, full_name: 'Grace' });
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ full_name: 'Grace' });
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/update', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });

  test('refuses a schedule that is over, or ends before it begins', async () => {
    const acs_user_id = await stand.user();
    for (const starts_at of ['2019-01-01T00:00:00Z', '2030-01-01T00:00:00Z']) {
      const access_schedule = { starts_at, ends_at: '2020-01-01T00:00:00Z' };
      const update = stand.seam.acs.users.update({ acs_user_id, access_schedule });
      expect(await refused(update)).toBe('invalid_input');
    }
  });
});
