import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/update', (stand) => {
  test('changes what is given, and null takes it away', async () => {
    const user_identity_id = await stand.identity({ email_address: `${stand.word('ada')}@example.com` });
    const before = await stand.seam.userIdentities.get({ user_identity_id });
    const change = {
      user_identity_key: stand.word('guest-'),
      phone_number: `+49${stand.pin()}`,
      email_address: null,
    };
    await stand.seam.userIdentities.update({ user_identity_id, ...change });
    expect(await stand.seam.userIdentities.get({ user_identity_id })).toEqual({ ...before, ...change });
  });

  test('refuses what another identity has, and an identity that is not here', async () => {
    const email_address = `${stand.word('ada')}@example.com`;
    await stand.identity({ email_address });
    const user_identity_id = await stand.identity();
    const update = (body: { user_identity_id: string; email_address?: string }) =>
      refused(stand.seam.userIdentities.update(body));
    expect(await update({ user_identity_id, email_address })).toBe('duplicate_user_identity');
    expect(await update({ user_identity_id, email_address: 'nobody' })).toBe('invalid_input');
    expect(await update({ user_identity_id: crypto.randomUUID() })).toBe('user_identity_not_found');
  });
});
