import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/create', (stand) => {
  test('makes a session with a token that works, of this site’s one account and without webviews', async () => {
    const user_identifier_key = stand.word('clerk');
    const session = await stand.seam.clientSessions.create({ user_identifier_key });
    expect(session).toMatchObject({
      token: expect.stringMatching(/^seam_cst1/),
      user_identifier_key,
      user_identity_ids: [],
      connected_account_ids: [expect.any(String)],
      connect_webview_ids: [],
      device_count: 0,
      scopes: ['read', 'scan', 'encode'],
    });
    expect(session).not.toHaveProperty('user_identity_id');
    const authorization = `Bearer ${session.token}`;
    expect(await stand.raw.post('/acs/encoders/list', {}, { authorization })).toMatchObject({ status: 200 });
  });

  test('takes a time with any offset, and gives back the same instant', async () => {
    const at = new Date(Date.now() + 60 * 60 * 1000);
    const local = new Date(at.getTime() - 5 * 60 * 60 * 1000).toISOString().replace('Z', '-05:00');
    const { expires_at } = await stand.seam.clientSessions.create({ expires_at: local });
    expect(expires_at).toBe(at.toISOString());
  });

  test('is bound to an identity, named in the new way or in the old one', async () => {
    const user_identity_id = await stand.identity();
    const session = await stand.seam.clientSessions.create({ user_identity_id });
    expect(session).toMatchObject({ user_identity_id, user_identity_ids: [user_identity_id] });
    const old = await stand.seam.clientSessions.create({ user_identity_ids: [user_identity_id] });
    expect(old).toMatchObject({ user_identity_id, user_identity_ids: [user_identity_id] });
  });

  test('takes this site’s account, and refuses what is not here', async () => {
    const { connected_account_ids } = await stand.seam.clientSessions.create();
    await stand.seam.clientSessions.create({ connected_account_ids, connect_webview_ids: [] });
    const id = crypto.randomUUID();
    const create = (parameters: object) => stand.seam.clientSessions.create(parameters);
    expect(await refused(create({ connected_account_ids: [id] }))).toBe('invalid_input');
    expect(await refused(create({ connect_webview_ids: [id] }))).toBe('invalid_input');
    expect(await refused(create({ customer_key: 'x' }))).toBe('invalid_input');
    expect(await refused(create({ user_identity_id: id }))).toBe('user_identity_not_found');
    expect(await refused(create({ expires_at: '2020-01-01T00:00:00Z' }))).toBe('invalid_input');
    expect(await refused(stand.raw.post('/client_sessions/create', { scopes: ['fly'] }))).toBe(
      'invalid_input',
    );
  });
});
