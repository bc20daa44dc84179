import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/revoke', (stand) => {
  test('ends a session at once; it stays, and may be revoked again', async () => {
    const { client_session_id, token } = await stand.seam.clientSessions.create();
    await stand.seam.clientSessions.revoke({ client_session_id });
    const answer = stand.raw.post('/acs/encoders/list', {}, { authorization: `Bearer ${token}` });
    expect(await refused(answer)).toBe('client_session_revoked');
    await stand.seam.clientSessions.revoke({ client_session_id });
    expect(await stand.seam.clientSessions.get({ client_session_id })).toMatchObject({
      revoked_at: expect.any(String),
    });
  });

  test('refuses an id that no session has', async () => {
    const client_session_id = crypto.randomUUID();
    expect(await refused(stand.seam.clientSessions.revoke({ client_session_id }))).toBe(
      'client_session_not_found',
    );
  });
});
