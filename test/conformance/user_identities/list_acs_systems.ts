import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/list_acs_systems', (stand) => {
  test('gives nothing for an identity that has no user, and that of its user afterwards', async () => {
    const user_identity_id = await stand.identity();
    expect(await stand.seam.userIdentities.listAcsSystems({ user_identity_id })).toEqual([]);
    await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    expect(await stand.seam.userIdentities.listAcsSystems({ user_identity_id })).toEqual([
      await stand.seam.acs.systems.get({ acs_system_id }),
    ]);
  });

  test('refuses an identity that is not here', async () => {
    const user_identity_id = crypto.randomUUID();
    expect(await refused(stand.seam.userIdentities.listAcsSystems({ user_identity_id }))).toBe(
      'user_identity_not_found',
    );
  });
});
