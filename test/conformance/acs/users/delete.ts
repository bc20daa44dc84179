import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/delete', (stand) => {
  test('removes the user with the codes', async () => {
    const acs_user_id = await stand.user();
    const code = { acs_user_id, access_method: 'code', code: stand.pin() };
    const acs_credential_id = await stand.credential(code);
    await stand.seam.acs.users.delete({ acs_user_id });
    expect(await refused(stand.seam.acs.users.get({ acs_user_id }))).toBe('acs_user_not_found');
    expect(await refused(stand.seam.acs.credentials.get({ acs_credential_id }))).toBe(
      'acs_credential_not_found',
    );
  });

  test('takes the identity, with its access system or without', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    await stand.seam.acs.users.delete({ user_identity_id, acs_system_id });
    expect(await refused(stand.seam.acs.users.get({ acs_user_id }))).toBe('acs_user_not_found');
  });

  test('refuses who is not here, who is named twice or not at all, and another system', async () => {
    const [unknown, acs_user_id] = [crypto.randomUUID(), await stand.user()];
    const ask = (body: object) => refused(stand.raw.post('/acs/users/delete', body));
    expect(await ask({ acs_user_id: unknown })).toBe('acs_user_not_found');
    expect(await ask({ user_identity_id: await stand.identity() })).toBe('acs_user_not_found');
    expect(await ask({ acs_user_id, acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await ask({ acs_user_id, user_identity_id: unknown })).toBe('invalid_input');
    expect(await ask({})).toBe('invalid_input');
  });
});
