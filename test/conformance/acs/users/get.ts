import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/get', (stand) => {
  test('gives the user that is named', async () => {
    const full_name = stand.word('Ada ');
    const acs_user_id = await stand.user({ full_name });
    const user = await stand.seam.acs.users.get({ acs_user_id });
    expect(user).toMatchObject({ acs_user_id, full_name, errors: [], warnings: [] });
    expect(user).not.toHaveProperty('user_identity_id');
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    for (const system of [{}, { acs_system_id }]) {
      const user = await stand.seam.acs.users.get({ user_identity_id, ...system });
      expect(user).toMatchObject({ acs_user_id, user_identity_id });
    }
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/get', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });
});
