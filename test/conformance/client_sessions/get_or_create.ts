import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/get_or_create', (stand) => {
  test('makes a session the first time, and then gives further tokens of it', async () => {
    const user_identifier_key = stand.word('clerk');
    const first = await stand.seam.clientSessions.getOrCreate({ user_identifier_key });
    const second = await stand.seam.clientSessions.getOrCreate({ user_identifier_key });
    expect(second.client_session_id).toBe(first.client_session_id);
    expect(second.token).not.toBe(first.token);
    for (const { token } of [first, second]) {
      const answer = await stand.raw.post('/acs/encoders/list', {}, { authorization: `Bearer ${token}` });
      expect(answer).toMatchObject({ status: 200 });
    }
  });

  test('changes when it ends', async () => {
    const user_identifier_key = stand.word('clerk');
    const { client_session_id } = await stand.seam.clientSessions.getOrCreate({ user_identifier_key });
    const expires_at = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
    const later = await stand.seam.clientSessions.getOrCreate({ user_identifier_key, expires_at });
    expect(later).toMatchObject({ client_session_id, expires_at });
    expect(await stand.seam.clientSessions.get({ client_session_id })).toMatchObject({ expires_at });
  });

  test('for an identity gives a session that is bound to it', async () => {
    const user_identity_id = await stand.identity();
    const session = await stand.seam.clientSessions.getOrCreate({ user_identity_id });
    expect(session).toMatchObject({ user_identity_id });
    expect(await stand.seam.clientSessions.getOrCreate({ user_identity_id })).toMatchObject({
      client_session_id: session.client_session_id,
    });
    const unknown = { user_identity_id: crypto.randomUUID() };
    expect(await refused(stand.seam.clientSessions.getOrCreate(unknown))).toBe('user_identity_not_found');
  });
});
