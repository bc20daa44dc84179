import { expect, test } from 'vitest';
import { sessionsCommand } from '../../../src/cli/sessions.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { createApiKey, revokeApiKey } from '../../../src/site/api-keys.ts';
import { createClientSession, type NewClientSession } from '../../../src/site/new-client-sessions.ts';
import { drawDeskKeys } from '../../../src/site/page-keys.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { openTestSite, temporaryFolder } from '../site/site-bed.ts';

/** A state folder with a key and its session, and the command in this process, which works beside the store as a technician's does. */
function stateWithSession(personal: Partial<NewClientSession> = {}) {
  const folder = temporaryFolder();
  const { store, clock, ...site } = openTestSite({}, folder);
  // The command goes by the computer's clock.
  clock.advance(Date.now() - clock.now());
  const { key } = createApiKey(store, { name: 'pms', scopes: ['read', 'scan'] }, clock.now());
  const caller: Caller = { ...key, apiKeyId: key.id, userIdentityIds: null, expiresAt: null };
  for (const id of personal.userIdentityIds ?? [])
    store.userIdentities.insert({
      ...{ id, key: null, fullName: null, emailAddress: null, phoneNumber: null, createdAt: 1 },
    });
  const order = { scopes: undefined, allowedOrigin: 'https://pms.example.com', expiresAt: undefined };
  const { session } = createClientSession({ ...site, store, clock }, caller, {
    ...{ ...order, userIdentityIds: [], userIdentifierKey: 'clerk-7', ...personal },
  });
  const sessions = async (...words: readonly string[]) => {
    const said: { value: unknown; lines: readonly string[] }[] = [];
    await sessionsCommand.run([...words, '--state-dir', folder], {
      isJson: false,
      result: (value, lines) => said.push({ value, lines }),
      news: () => expect.fail('It has no news.'),
      progress: () => {},
      fail: (error) => {
        throw error;
      },
    });
    return said[0] ?? expect.fail('It said nothing.');
  };
  return { store, session, sessions };
}

test('a technician sees the sessions that are good, and ends one at once', async () => {
  const { store, session, sessions } = stateWithSession();
  const { id } = session;
  const expires_at = new Date(session.expiresAt).toISOString();
  const { value, lines } = await sessions('list');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^ID +OF +API KEY +SCOPES +ORIGIN +EXPIRES +STATE$/);
  expect(lines[1]).toBe(`${id}  clerk-7  pms      read,scan  https://pms.example.com  ${expires_at}  valid`);
  expect(value).toEqual([
    {
      client_session_id: id,
      user_identifier_key: 'clerk-7',
      api_key: 'pms',
      scopes: ['read', 'scan'],
      user_identity_ids: [],
      allowed_origin: 'https://pms.example.com',
      ...{ is_paired: false, page_name: null, last_used_at: null },
      expires_at,
      state: 'valid',
    },
  ]);
  expect((await sessions('revoke', id)).lines).toEqual([
    `The client session ${id} is revoked. Pages that use it are refused from now on.`,
  ]);
  expect(store.clientSessions.list({}, EVERY_ROW).rows).toMatchObject([{ revokedAt: expect.any(Number) }]);
  expect((await sessions('list')).lines).toEqual(['There are no client sessions.']);
  expect((await sessions('list', '--all')).value).toMatchObject([{ state: 'revoked' }]);
});

test.each([
  [[], '-'],
  [['i1'], 'i1'],
  [['i1', 'i2'], 'i1,i2'],
])('a session of the identities %j that its app calls nothing shows them', async (userIdentityIds, of) => {
  const { session, sessions } = stateWithSession({ userIdentityIds, userIdentifierKey: null });
  const [, line = ''] = (await sessions('list')).lines;
  expect(line.split(/ +/).slice(0, 3)).toEqual([session.id, of, 'pms']);
});

test('the session of a page that was paired says so, has no key, and ends as others do', async () => {
  const { store, sessions } = stateWithSession();
  const keys = drawDeskKeys();
  const now = Date.now();
  store.clientSessions.insert(
    {
      ...{ id: 'paired', apiKeyId: null, userIdentifierKey: null, userIdentityIds: [], scopes: ['read'] },
      ...{
        allowedOrigin: 'https://spa.example.com',
        expiresAt: now + 60_000,
        createdAt: now,
        revokedAt: null,
      },
      page: { name: 'Spa', publicKey: keys.publicKey, lastUsedAt: now },
    },
    keys.privateKey,
  );
  const { value, lines } = await sessions('list');
  expect(lines[2]).toMatch(/^paired +Spa +\(paired\) +read +https:\/\/spa\.example\.com +\S+ +valid$/);
  expect(value).toMatchObject([
    { is_paired: false },
    { is_paired: true, page_name: 'Spa', api_key: null, last_used_at: new Date(now).toISOString() },
  ]);
  await sessions('revoke', 'paired');
  expect((await sessions('list')).value).toMatchObject([{ is_paired: false }]);
});

test('sessions of a key that was revoked are not good any more', async () => {
  const { store, sessions } = stateWithSession();
  revokeApiKey(store, 'pms', 1);
  expect((await sessions('list')).value).toEqual([]);
});

test('revoking needs the id of a session that is there', async () => {
  const { sessions } = stateWithSession();
  await expect(sessions('revoke')).rejects.toMatchObject({ exitCode: EXIT.usage });
  await expect(sessions()).rejects.toMatchObject({ exitCode: EXIT.usage });
  await expect(sessions('revoke', 'none')).rejects.toMatchObject({
    exitCode: EXIT.failed,
    message: expect.stringContaining('There is no client session none.'),
  });
});
