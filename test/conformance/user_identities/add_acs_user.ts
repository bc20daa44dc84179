import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/add_acs_user', (stand) => {
  test('makes the user that of the identity, named by its id or its key', async () => {
    for (const name of ['user_identity_id', 'user_identity_key'] as const) {
      const user_identity_key = stand.word('guest-');
      const user_identity_id = await stand.identity({ user_identity_key });
      const acs_user_id = await stand.user();
      const named = { user_identity_id, user_identity_key }[name];
      await stand.seam.userIdentities.addAcsUser({ acs_user_id, [name]: named });
      expect(await stand.seam.acs.users.get({ acs_user_id })).toMatchObject({ user_identity_id });
    }
  });

  test('makes an identity of the user for a key that nobody has', async () => {
    const full_name = stand.word('Ada ');
    const [acs_user_id, user_identity_key] = [await stand.user({ full_name }), stand.word('guest-')];
    await stand.seam.userIdentities.addAcsUser({ acs_user_id, user_identity_key });
    expect(await stand.seam.userIdentities.get({ user_identity_key })).toMatchObject({
      full_name,
      acs_user_ids: [acs_user_id],
    });
  });

  test('refuses who is not here, and a second user of one identity', async () => {
    const [user_identity_id, unknown] = [await stand.identity(), crypto.randomUUID()];
    await stand.user({ user_identity_id });
    const acs_user_id = await stand.user();
    const add = (body: { acs_user_id: string; user_identity_id?: string }) =>
      refused(stand.seam.userIdentities.addAcsUser(body));
    expect(await add({ acs_user_id, user_identity_id })).toBe('duplicate_user_identity');
    expect(await add({ acs_user_id, user_identity_id: unknown })).toBe('user_identity_not_found');
    expect(await add({ acs_user_id: unknown, user_identity_id })).toBe('acs_user_not_found');
    expect(await add({ acs_user_id })).toBe('invalid_input');
  });
});
