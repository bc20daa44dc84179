import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/delete', (stand) => {
  test('removes the identity with its user', async () => {
    const user_identity_id = await stand.identity();
    const acs_user_id = await stand.user({ user_identity_id });
    await stand.seam.userIdentities.delete({ user_identity_id });
    expect(await refused(stand.seam.acs.users.get({ acs_user_id }))).toBe('acs_user_not_found');
    const again = stand.seam.userIdentities.delete({ user_identity_id });
    expect(await refused(again)).toBe('user_identity_not_found');
  });
});
