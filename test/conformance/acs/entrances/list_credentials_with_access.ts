import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/entrances/list_credentials_with_access', (stand) => {
  const opening = async (
    acs_entrance_id: string,
    more: { include_if?: 'visionline_metadata.is_valid'[] } = {},
  ) =>
    (await stand.seam.acs.entrances.listCredentialsWithAccess({ acs_entrance_id, ...more })).map(
      ({ acs_credential_id }) => acs_credential_id,
    );

  test('gives the credentials that open it, by themselves or by their holder', async () => {
    const acs_entrance_id = await stand.entrance();
    const own = await stand.credential({ allowed_acs_entrance_ids: [acs_entrance_id] });
    const acs_user_id = await stand.user();
    const byHolder = await stand.credential({ acs_user_id });
    expect(await opening(acs_entrance_id)).toEqual([own]);
    await stand.seam.acs.entrances.grantAccess({ acs_entrance_id, acs_user_id });
    expect(await opening(acs_entrance_id)).toEqual([own, byHolder]);
    await stand.seam.acs.users.suspend({ acs_user_id });
    expect(await opening(acs_entrance_id)).toEqual([own]);
    const { acs_user_id: holder } = await stand.seam.acs.credentials.get({ acs_credential_id: own });
    if (holder === undefined) return expect.fail('the credential has no user');
    await stand.seam.acs.credentials.unassign({ acs_credential_id: own, acs_user_id: holder });
    expect(await opening(acs_entrance_id)).toEqual([]);
  });

  test('gives only those that are valid when asked so', async () => {
    const acs_entrance_id = await stand.entrance();
    const allowed_acs_entrance_ids = [acs_entrance_id];
    const code = await stand.credential({
      allowed_acs_entrance_ids,
      access_method: 'code',
      code: stand.pin(),
    });
    const blank = await stand.credential({ allowed_acs_entrance_ids });
    expect(await opening(acs_entrance_id)).toEqual([code, blank]);
    expect(await opening(acs_entrance_id, { include_if: [] })).toEqual([code, blank]);
    expect(await opening(acs_entrance_id, { include_if: ['visionline_metadata.is_valid'] })).toEqual([code]);
  });

  test('refuses an entrance that is not here, and a condition that nobody knows', async () => {
    expect(await refused(opening(crypto.randomUUID()))).toBe('acs_entrance_not_found');
    const body = { acs_entrance_id: await stand.entrance(), include_if: ['it rains'] };
    const path = '/acs/entrances/list_credentials_with_access';
    expect(await refused(stand.raw.post(path, body))).toBe('invalid_input');
  });
});
