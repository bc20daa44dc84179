import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/list_acs_users', (stand) => {
  test('gives nothing for an identity that has no user, and that of its user afterwards', async () => {
    const user_identity_id = await stand.identity();
    expect(await stand.seam.userIdentities.listAcsUsers({ user_identity_id })).toEqual([]);
    const acs_user_id = await stand.user({ user_identity_id });
    expect(await stand.seam.userIdentities.listAcsUsers({ user_identity_id })).toEqual([
      await stand.seam.acs.users.get({ acs_user_id }),
    ]);
  });

  test('refuses an identity that is not here', async () => {
    const user_identity_id = crypto.randomUUID();
    expect(await refused(stand.seam.userIdentities.listAcsUsers({ user_identity_id }))).toBe(
      'user_identity_not_found',
    );
  });
});
