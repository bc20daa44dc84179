import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/get', (stand) => {
  test('gives a session by its id or its user identifier key, and never its token', async () => {
    const user_identifier_key = stand.word('clerk');
    const { token, ...rest } = await stand.seam.clientSessions.create({ user_identifier_key });
    const { client_session_id } = rest;
    for (const name of [{ client_session_id }, { user_identifier_key }]) {
      const session = await stand.seam.clientSessions.get(name);
      expect(session).toMatchObject(rest);
      expect(session.token).not.toBe(token);
    }
  });

  test('gives a session itself, without a name', async () => {
    const { client_session_id, token } = await stand.seam.clientSessions.create();
    const headers = { authorization: undefined, 'client-session-token': token };
    const { body } = await stand.raw.request('GET', '/client_sessions/get', { headers });
    expect(body).toMatchObject({ client_session: { client_session_id } });
  });

  test('refuses a name that no session has, and a key that gives none', async () => {
    const client_session_id = crypto.randomUUID();
    const { clientSessions } = stand.seam;
    expect(await refused(clientSessions.get({ client_session_id }))).toBe('client_session_not_found');
    const nobody = { user_identifier_key: stand.word('nobody') };
    expect(await refused(clientSessions.get(nobody))).toBe('client_session_not_found');
    expect(await refused(stand.raw.post('/client_sessions/get'))).toBe('invalid_input');
  });
});
