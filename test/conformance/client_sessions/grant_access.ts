import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/grant_access', (stand) => {
  test('binds a session, named by its id or its user identifier key, to further identities', async () => {
    const user_identifier_key = stand.word('clerk');
    const { client_session_id } = await stand.seam.clientSessions.create({ user_identifier_key });
    const [first, second] = [await stand.identity(), await stand.identity()];
    await stand.seam.clientSessions.grantAccess({ client_session_id, user_identity_id: first });
    const user_identity_ids = [first, second];
    await stand.seam.clientSessions.grantAccess({ user_identifier_key, user_identity_ids: [second] });
    const session = await stand.seam.clientSessions.get({ client_session_id });
    expect(session).toMatchObject({ user_identity_ids, user_identifier_key });
    expect(session).not.toHaveProperty('user_identity_id');
  });

  test('gives a session a user identifier key', async () => {
    const { client_session_id } = await stand.seam.clientSessions.create();
    const user_identifier_key = stand.word('clerk');
    await stand.seam.clientSessions.grantAccess({ client_session_id, user_identifier_key });
    expect(await stand.seam.clientSessions.get({ user_identifier_key })).toMatchObject({ client_session_id });
  });

  test('refuses a session that is not there or is over, and no name at all', async () => {
    const grant = (parameters: { client_session_id: string }) =>
      refused(stand.seam.clientSessions.grantAccess(parameters));
    expect(await grant({ client_session_id: crypto.randomUUID() })).toBe('client_session_not_found');
    expect(await refused(stand.raw.post('/client_sessions/grant_access'))).toBe('invalid_input');
    const { client_session_id } = await stand.seam.clientSessions.create();
    await stand.seam.clientSessions.revoke({ client_session_id });
    expect(await grant({ client_session_id })).toBe('invalid_input');
  });
});
