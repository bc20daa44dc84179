import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';

operation('/client_sessions/list', (stand) => {
  const idsOf = async (parameters: object) =>
    (await stand.seam.clientSessions.list(parameters)).map(({ client_session_id }) => client_session_id);

  test('finds sessions by each filter, also those that are over, and tells no token', async () => {
    const user_identifier_key = stand.word('clerk');
    const user_identity_id = await stand.identity();
    const bound = await stand.seam.clientSessions.create({ user_identifier_key, user_identity_id });
    const plain = await stand.seam.clientSessions.create({ user_identifier_key });
    const nameless = await stand.seam.clientSessions.create();
    await stand.seam.clientSessions.revoke({ client_session_id: plain.client_session_id });
    const [boundId, plainId, namelessId] = [bound, plain, nameless].map((one) => one.client_session_id);
    expect(await idsOf({ user_identifier_key })).toEqual([boundId, plainId]);
    expect(await idsOf({ user_identity_id })).toEqual([boundId]);
    expect(await idsOf({ client_session_id: plainId })).toEqual([plainId]);
    expect(await idsOf({ client_session_id: plainId, user_identity_id })).toEqual([]);
    const without = await idsOf({ without_user_identifier_key: true });
    expect(without).toContain(namelessId);
    expect(without).not.toContain(boundId);
    const sessions = await stand.seam.clientSessions.list({ user_identifier_key });
    const told = JSON.stringify(sessions);
    for (const { token } of [bound, plain]) expect(told).not.toContain(token);
  });

  test('finds none of a webview: a desk has none', async () => {
    await stand.seam.clientSessions.create();
    expect(await idsOf({ connect_webview_id: crypto.randomUUID() })).toEqual([]);
  });
});
