import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/user_identities/unmanaged/update', (stand) => {
  test('refuses every id, and anything but to make it managed', async () => {
    const user_identity_id = await stand.identity();
    const update = stand.seam.userIdentities.unmanaged.update({ user_identity_id, is_managed: true });
    expect(await refused(update)).toBe('user_identity_not_found');
    const body = { user_identity_id, is_managed: false };
    expect(await refused(stand.raw.post('/user_identities/unmanaged/update', body))).toBe('invalid_input');
  });
});
