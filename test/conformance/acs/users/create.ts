import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/create', (stand) => {
  test('makes a user with all that is given', async () => {
    const { systemId: acs_system_id } = stand.desk;
    const email_address = `${stand.word('ada')}@example.com`;
    const full_name = stand.word('Ada ');
    const [user_identity_id, group] = [await stand.identity({ full_name }), await stand.group()];
    const access_schedule = { starts_at: '2030-01-01T12:00:00+02:00', ends_at: '2030-01-08T09:30:00Z' };
    const user = await stand.seam.acs.users.create({
      ...{ acs_system_id, full_name, email_address, user_identity_id, access_schedule },
      phone_number: '+4915112345678',
      acs_access_group_ids: [group],
    });
    expect(user).toMatchObject({
      ...{ acs_system_id, full_name, email_address, user_identity_id },
      email: email_address,
      display_name: full_name,
      phone_number: '+4915112345678',
      user_identity_full_name: full_name,
      access_schedule: { starts_at: '2030-01-01T10:00:00.000Z', ends_at: '2030-01-08T09:30:00.000Z' },
      is_suspended: false,
      is_managed: true,
    });
    const users = await stand.seam.acs.accessGroups.listUsers({ acs_access_group_id: group });
    expect(users).toEqual([user]);
  });

  test('takes a schedule without an end, which begins now unless it says when', async () => {
    const body = { acs_system_id: stand.desk.systemId, full_name: stand.word('Grace ') };
    const access_schedule = { ends_at: null };
    const { access_schedule: made } = await stand.seam.acs.users.create({ ...body, access_schedule });
    expect(made?.ends_at).toBeNull();
    expect(Math.abs(Date.parse(made?.starts_at ?? '') - Date.now())).toBeLessThan(60_000);
  });

  test('refuses a schedule that is over, a name of nothing, and what is not here', async () => {
    const body = { acs_system_id: stand.desk.systemId, full_name: stand.word('Guest ') };
    const create = (more: object) => refused(stand.seam.acs.users.create({ ...body, ...more }));
    const unknown = crypto.randomUUID();
    for (const ends_at of ['2020-01-01T00:00:00Z', '2029-01-01T00:00:00Z']) {
      expect(await create({ access_schedule: { starts_at: '2030-01-01T00:00:00Z', ends_at } })).toBe(
        'invalid_input',
      );
    }
    expect(await create({ access_schedule: { ends_at: '2020-01-01T00:00:00Z' } })).toBe('invalid_input');
    expect(await create({ full_name: ' ' })).toBe('invalid_input');
    expect(await create({ email_address: 'nobody' })).toBe('invalid_input');
    expect(await create({ phone_number: '0151' })).toBe('invalid_input');
    expect(await create({ acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await create({ user_identity_id: unknown })).toBe('user_identity_not_found');
    expect(await create({ acs_access_group_ids: [unknown] })).toBe('acs_access_group_not_found');
  });

  test('refuses a second user of one identity', async () => {
    const user_identity_id = await stand.identity();
    await stand.user({ user_identity_id });
    const body = { acs_system_id: stand.desk.systemId, full_name: 'Again', user_identity_id };
    expect(await refused(stand.seam.acs.users.create(body))).toBe('duplicate_user_identity');
  });
});
