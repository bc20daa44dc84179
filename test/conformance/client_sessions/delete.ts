import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/client_sessions/delete', (stand) => {
  test('ends a session and forgets it, and says so', async () => {
    const since = new Date(Date.now() - 1).toISOString();
    const { client_session_id, token } = await stand.seam.clientSessions.create();
    await stand.seam.clientSessions.delete({ client_session_id });
    const answer = stand.raw.post('/acs/encoders/list', {}, { authorization: `Bearer ${token}` });
    expect(await refused(answer)).toBe('unauthorized');
    expect(await refused(stand.seam.clientSessions.get({ client_session_id }))).toBe(
      'client_session_not_found',
    );
    const events = await stand.seam.events.list({ since, event_type: 'client_session.deleted' });
    expect(events).toContainEqual(expect.objectContaining({ client_session_id }));
  });

  test('refuses an id that no session has', async () => {
    const client_session_id = crypto.randomUUID();
    expect(await refused(stand.seam.clientSessions.delete({ client_session_id }))).toBe(
      'client_session_not_found',
    );
  });
});
