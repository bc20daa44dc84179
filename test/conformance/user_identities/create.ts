import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/create', (stand) => {
  test('makes an identity with all that is given', async () => {
    const given = {
      user_identity_key: stand.word('guest-'),
      full_name: stand.word('Ada '),
      email_address: `${stand.word('ada')}@example.com`,
      phone_number: `+49${stand.pin()}`,
    };
    const identity = await stand.seam.userIdentities.create(given);
    expect(identity).toMatchObject({ ...given, display_name: given.full_name, acs_user_ids: [] });
    const nobody = await stand.seam.userIdentities.create();
    expect(nobody).toMatchObject({ user_identity_key: null, full_name: null, email_address: null });
  });

  test('makes a user in the systems that are named, or links the one with its phone number', async () => {
    const acs_system_ids = [stand.desk.systemId];
    const phone_number = `+49${stand.pin()}`;
    const known = await stand.user({ phone_number });
    const linked = await stand.seam.userIdentities.create({ phone_number, acs_system_ids });
    expect(linked.acs_user_ids).toEqual([known]);
    const full_name = stand.word('Grace ');
    const made = await stand.seam.userIdentities.create({ full_name, acs_system_ids });
    const [acs_user_id = ''] = made.acs_user_ids;
    expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ full_name });
  });

  test('makes a new user where several have its e-mail address', async () => {
    const email_address = `${stand.word('family')}@example.com`;
    const known = [await stand.user({ email_address }), await stand.user({ email_address })];
    const acs_system_ids = [stand.desk.systemId];
    const { acs_user_ids } = await stand.seam.userIdentities.create({ email_address, acs_system_ids });
    expect(acs_user_ids).toHaveLength(1);
    for (const acs_user_id of known) expect(acs_user_ids).not.toContain(acs_user_id);
  });

  test('refuses what another identity has, and a system that is not here', async () => {
    const given = {
      user_identity_key: stand.word('guest-'),
      email_address: `${stand.word('ada')}@example.com`,
      phone_number: `+49${stand.pin()}`,
    };
    await stand.identity(given);
    for (const [name, value] of Object.entries(given)) {
      const again = stand.seam.userIdentities.create({ [name]: value });
      expect(await refused(again)).toBe('duplicate_user_identity');
    }
    const inCapitals = { email_address: given.email_address.toUpperCase() };
    expect(await refused(stand.seam.userIdentities.create(inCapitals))).toBe('duplicate_user_identity');
    const full_name = stand.word('Nobody ');
    const elsewhere = { full_name, acs_system_ids: [crypto.randomUUID()] };
    expect(await refused(stand.seam.userIdentities.create(elsewhere))).toBe('acs_system_not_found');
    expect(await stand.seam.userIdentities.list({ search: full_name })).toEqual([]);
  });
});
