import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/list_accessible_entrances', (stand) => {
  test('gives nothing for an identity that has no user, and that of its user afterwards', async () => {
    const user_identity_id = await stand.identity();
    expect(await stand.seam.userIdentities.listAccessibleEntrances({ user_identity_id })).toEqual([]);
    const acs_entrance_id = await stand.entrance();
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, user_identity_id });
    expect(await stand.seam.userIdentities.listAccessibleEntrances({ user_identity_id })).toMatchObject([
      { acs_entrance_id },
    ]);
  });

  test('refuses an identity that is not here', async () => {
    const user_identity_id = crypto.randomUUID();
    expect(await refused(stand.seam.userIdentities.listAccessibleEntrances({ user_identity_id }))).toBe(
      'user_identity_not_found',
    );
  });
});
