import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/get', (stand) => {
  test('gives the identity that is named by its id or its key', async () => {
    const user_identity_key = stand.word('guest-');
    const user_identity_id = await stand.identity({ user_identity_key });
    const identity = await stand.seam.userIdentities.get({ user_identity_id });
    expect(identity).toMatchObject({ user_identity_id, user_identity_key });
    expect(await stand.seam.userIdentities.get({ user_identity_key })).toEqual(identity);
  });

  test('refuses what no identity has, and two names or none', async () => {
    const unknown = crypto.randomUUID();
    const get = (body: object) => refused(stand.raw.post('/user_identities/get', body));
    expect(await get({ user_identity_id: unknown })).toBe('user_identity_not_found');
    expect(await get({ user_identity_key: unknown })).toBe('user_identity_not_found');
    expect(await get({})).toBe('invalid_input');
    expect(await get({ user_identity_id: unknown, user_identity_key: unknown })).toBe('invalid_input');
    expect(await get({ user_identity_key: 'x'.repeat(10_000) })).toBe('invalid_input');
  });
});
