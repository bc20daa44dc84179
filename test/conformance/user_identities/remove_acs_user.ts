import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/remove_acs_user', (stand) => {
  test("makes the user nobody's in particular", async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    await stand.seam.userIdentities.removeAcsUser({ user_identity_id, acs_user_id });
    expect(await stand.seam.acs.users.get({ acs_user_id })).not.toHaveProperty('user_identity_id');
    const again = stand.seam.userIdentities.removeAcsUser({ user_identity_id, acs_user_id });
    expect(await refused(again)).toBe('invalid_input');
  });

  test('refuses who is not here', async () => {
    const [user_identity_id, unknown] = [await stand.identity(), crypto.randomUUID()];
    const acs_user_id = await stand.user({ user_identity_id });
    const remove = (body: { user_identity_id: string; acs_user_id: string }) =>
      refused(stand.seam.userIdentities.removeAcsUser(body));
    expect(await remove({ user_identity_id: unknown, acs_user_id })).toBe('user_identity_not_found');
    expect(await remove({ user_identity_id, acs_user_id: unknown })).toBe('acs_user_not_found');
  });
});
