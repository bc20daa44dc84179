import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { toActionAttempt } from '../../../../src/api/wire/action-attempt.ts';
import type { ClientSession } from '../../../../src/model/client-session.ts';
import { folded } from '../../../../src/model/folded.ts';
import { EVERY_ROW } from '../../../../src/store/paging.ts';
import { searchPieces } from '../../../../src/store/sqlite/search-pieces.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { openTestSite, temporaryFolder } from '../../site/site-bed.ts';

const MIGRATIONS = new URL('../../../../src/store/migrations/', import.meta.url);

/** A file as a desk of the first version left it: a scan of a card that belongs to a guest, and the line that told of it. */
function firstVersion(path: string): void {
  const file = new SQLite(path);
  file.exec(readFileSync(new URL('001-desk.sql', MIGRATIONS), 'utf8'));
  file.pragma('user_version = 1');
  const credential = {
    ...{ id: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f', accessMethod: 'card', acsUserId: null },
    ...{ userIdentityId: null, code: null, cardNumber: '1303689068602870', cardUid: '04A1B2C3D4E5F6' },
    ...{ cardTechnology: 'ntag215', startsAt: null, endsAt: null, isIssued: true, issuedAt: 1, createdAt: 1 },
  };
  const attempt = {
    id: '6b7f2a10-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
    encoderId: 'encoder',
    client: { id: 'client', name: 'Reception' },
    order: { action: 'SCAN_CREDENTIAL' },
    ...{ createdAt: 1, expiresAt: 60_001, phase: 'succeeded' },
    result: { kind: 'scanned', cardNumber: '1303689068602870', credential },
  };
  file
    .prepare(
      `INSERT INTO acs_encoders (acs_encoder_id, driver, device_id, name, technologies, is_virtual, is_online, created_at)
       VALUES ('encoder', 'virtual', 'virtual-1', 'Virtual encoder 1', '[]', 1, 0, 1)`,
    )
    .run();
  file
    .prepare(
      'INSERT INTO action_attempts (action_attempt_id, acs_encoder_id, is_live, attempt) VALUES (?, ?, 0, ?)',
    )
    .run(attempt.id, attempt.encoderId, JSON.stringify(attempt));
  file
    .prepare('INSERT INTO changes (change, created_at) VALUES (?, 1)')
    .run(JSON.stringify({ type: 'action_attempt.changed', attempt }));
  file.close();
}

test('what a desk of the first version scanned can still be shown', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'before.db');
  firstVersion(path);
  using store = openSqliteStore(path);
  const site = openTestSite({}, folder);
  const [kept] = store.attempts.list({}, EVERY_ROW).rows;
  const [told] = store.changes.after(0, 10);
  if (kept === undefined || told?.change.type !== 'action_attempt.changed') throw new Error('it is lost');
  for (const attempt of [kept, told.change.attempt]) {
    expect(toActionAttempt(attempt, site)).toMatchObject({
      status: 'success',
      result: {
        acs_credential_on_encoder: { card_number: '1303689068602870', is_issued: true },
        acs_credential_on_seam: { card_number: '1303689068602870', warnings: [] },
        warnings: [],
      },
    });
  }
});

/** A file as a desk of the second version left it: a guest with a card, and two attempts that have ended, one with a write on a card. */
function secondVersion(path: string): void {
  const file = new SQLite(path);
  for (const name of ['001-desk.sql', '002-encoding.sql'])
    file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
  file.pragma('user_version = 2');
  file.exec(`
    INSERT INTO acs_encoders (acs_encoder_id, driver, device_id, name, technologies, is_virtual, is_online, created_at)
    VALUES ('encoder', 'virtual', 'virtual-1', 'Virtual encoder 1', '[]', 1, 0, 1);
    INSERT INTO user_identities (user_identity_id, user_identity_key, email_address, created_at) VALUES ('identity', 'guest-7', 'j@x.org', 1);
    INSERT INTO acs_users (acs_user_id, full_name, user_identity_id, created_at) VALUES ('user', 'Jürgen Müller', 'identity', 1);
    INSERT INTO acs_credentials (acs_credential_id, access_method, acs_user_id, card_number, is_issued, created_at)
    VALUES ('credential', 'card', 'user', '1303689068602870', 1, 1);
    INSERT INTO action_attempts (action_attempt_id, acs_encoder_id, is_live, attempt)
    VALUES ('written', 'encoder', 0, '{"id":"written","createdAt":10}'), ('scanned', 'encoder', 0, '{"id":"scanned","createdAt":20}');
    INSERT INTO card_writes (card_write_id, card_uid, card_technology, acs_encoder_id, action_attempt_id, image, outcome, started_at)
    VALUES ('write', '04A1', 'ntag215', 'encoder', 'written', '{}', 'written', 10)`);
  file.close();
}

test('what a desk of the second version has is found and forgotten as if it were new', () => {
  const path = join(temporaryFolder(), 'before.db');
  secondVersion(path);
  using store = openSqliteStore(path);
  for (const search of ['MÜLL', 'J@X', 'identit'])
    expect(store.users.list({ search }, EVERY_ROW).rows, search).toHaveLength(1);
  expect(store.userIdentities.list({ search: 'T-7' }, EVERY_ROW).rows).toHaveLength(1);
  expect(store.credentials.list({ search: 'card 130' }, EVERY_ROW).rows).toHaveLength(1);
  expect(store.attempts.forgetBefore(21, 9)).toBe(1);
  expect(store.attempts.list({}, EVERY_ROW).rows.map(({ id }) => id)).toEqual(['written']);
});

const recordWith = (issueCounter: number) => ({
  ...{ siteId: 'site', credentialId: 'credential', issueCounter, entrances: [1] },
  ...{ startsAt: null, endsAt: 5_000, replacesLostCard: false },
});

/** A file as a desk of the third version left it, with a journal of writes on cards. */
function thirdVersion(path: string): void {
  const file = new SQLite(path);
  file.function('folded', { deterministic: true }, (text) => folded(String(text)));
  file.function('search_pieces', { deterministic: true, varargs: true }, searchPieces);
  for (const name of ['001-desk.sql', '002-encoding.sql', '003-seam.sql'])
    file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
  file.pragma('user_version = 3');
  const credential = { ...{ id: 'carried', accessMethod: 'card', issueCounter: 2 }, ...{ isIssued: true } };
  const attempt = { id: 'attempt', result: { kind: 'encoded', credential } };
  file.exec(`
    INSERT INTO acs_encoders (acs_encoder_id, driver, device_id, name, technologies, is_virtual, is_online, created_at)
    VALUES ('encoder', 'virtual', 'virtual-1', 'Virtual encoder 1', '[]', 1, 0, 1);
    INSERT INTO outbox (message_id, kind, resource_id, body, created_at) VALUES ('old', 'acs_user.created', 'ada', '{}', 1)`);
  file
    .prepare(
      'INSERT INTO action_attempts (action_attempt_id, acs_encoder_id, is_live, attempt) VALUES (?, ?, 0, ?)',
    )
    .run(attempt.id, 'encoder', JSON.stringify(attempt));
  file
    .prepare('INSERT INTO changes (change, created_at) VALUES (?, 1)')
    .run(JSON.stringify({ type: 'action_attempt.changed', attempt }));
  const insert = file.prepare(
    `INSERT INTO acs_credentials (acs_credential_id, access_method, card_uid, card_format, is_issued, created_at)
     VALUES (?, 'card', ?, ?, 1, 1)`,
  );
  insert.run('carried', '0A', 'ntag');
  insert.run('moved', '0B', 'ntag');
  insert.run('scanned', '0D', null);
  insert.run('torn', null, null);
  const write = file.prepare(
    `INSERT INTO card_writes (card_write_id, card_uid, card_technology, acs_encoder_id, action_attempt_id, acs_credential_id, image, outcome, started_at)
     VALUES (?, ?, 'ntag215', 'encoder', 'attempt', ?, ?, ?, ?)`,
  );
  for (const [at, [credentialId, uid, issueCounter, outcome]] of (
    [
      ['carried', '0A', 1, 'written'],
      ['carried', '0A', 2, 'repaired'],
      ['carried', '0A', 3, 'rolled_back'],
      ['moved', '0B', 1, 'written'],
      ['moved', '0C', 2, 'written'],
      ['scanned', '0D', 1, 'written'],
      ['torn', '0E', 1, null],
      ['torn', '0F', 2, null],
    ] as const
  ).entries()) {
    const image = { kind: 'record', format: 'ntag', record: recordWith(issueCounter) };
    write.run(`write ${at}`, uid, credentialId, JSON.stringify(image), outcome, 10 + at);
  }
  file.close();
}

test('what a desk of the third version wrote on cards is known of their credentials', () => {
  const path = join(temporaryFolder(), 'before.db');
  thirdVersion(path);
  using store = openSqliteStore(path);
  const facts = (id: string) => {
    const credential = store.credentials.get(id);
    return [credential?.recordOnCard, credential?.unfinishedWriteAt];
  };
  expect(facts('carried')).toEqual([recordWith(2), null]);
  expect(facts('moved')).toEqual([recordWith(1), null]);
  expect(facts('scanned')).toEqual([null, null]);
  expect(facts('torn')).toEqual([null, 16]);
});

test('what a desk of the third version kept for a backend is gone, and what its attempts brought is whole', () => {
  const path = join(temporaryFolder(), 'before.db');
  thirdVersion(path);
  using store = openSqliteStore(path);
  expect(store.outbox.counts()).toEqual({ waiting: 0, refused: 0 });
  expect([store.backend.exists(), store.pairedDesks.any(), store.feed.last()]).toEqual([false, false, 0]);
  const [told] = store.changes.after(0, 10);
  if (told?.change.type !== 'action_attempt.changed') throw new Error('it is lost');
  const nothing = { credential: { recordOnCard: null, unfinishedWriteAt: null, isIssued: true } };
  for (const attempt of [store.attempts.get('attempt'), told.change.attempt])
    expect(attempt).toMatchObject({ result: nothing });
});

/** A file as a desk of the fourth version left it, with client sessions, the newest of which is gone. */
function fourthVersion(path: string): void {
  const file = new SQLite(path);
  file.pragma('foreign_keys = ON');
  file.function('folded', { deterministic: true }, (text) => folded(String(text)));
  file.function('search_pieces', { deterministic: true, varargs: true }, searchPieces);
  for (const name of ['001-desk.sql', '002-encoding.sql', '003-seam.sql', '004-sync.sql'])
    file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
  file.pragma('user_version = 4');
  file.exec(`
    INSERT INTO api_keys (api_key_id, name, hash, scopes, created_at) VALUES ('key', 'pms', x'01', '["read"]', 1);
    INSERT INTO client_sessions (client_session_id, api_key_id, user_identifier_key, user_identity_ids, scopes, allowed_origin, expires_at, created_at, revoked_at)
    VALUES ('one', 'key', 'clerk-7', '["ada"]', '["read"]', 'https://pms.example.com', 100, 1, NULL),
      ('two', 'key', NULL, '[]', '["read","scan"]', NULL, 200, 2, 3),
      ('gone', 'key', NULL, '[]', '["read"]', NULL, 300, 3, NULL);
    INSERT INTO client_session_identities (user_identity_id, client_session_id) VALUES ('ada', 'one');
    INSERT INTO client_session_tokens (hash, client_session_id, created_at) VALUES (x'0a', 'one', 1), (x'0b', 'two', 2);
    DELETE FROM client_sessions WHERE client_session_id = 'gone'`);
  file.close();
}

const session = (id: string, more: Partial<ClientSession>): ClientSession => ({
  ...{ id, apiKeyId: 'key', userIdentifierKey: null, userIdentityIds: [], scopes: ['read'] },
  ...{ allowedOrigin: null, expiresAt: 100, createdAt: 1, revokedAt: null, page: null },
  ...more,
});

test('what a desk of the fourth version let in stays in: sessions, their tokens and identities, in their order', () => {
  const path = join(temporaryFolder(), 'before.db');
  fourthVersion(path);
  using store = openSqliteStore(path);
  const one = session('one', {
    ...{ userIdentifierKey: 'clerk-7', userIdentityIds: ['ada'], allowedOrigin: 'https://pms.example.com' },
  });
  const two = session('two', { scopes: ['read', 'scan'], expiresAt: 200, createdAt: 2, revokedAt: 3 });
  expect(store.clientSessions.list({}, EVERY_ROW).rows).toEqual([one, two]);
  expect(store.clientSessions.withHash(Buffer.of(0x0a))).toEqual(one);
  expect(store.clientSessions.withHash(Buffer.of(0x0b))).toEqual(two);
  expect(store.clientSessions.list({ userIdentityId: 'ada' }, EVERY_ROW).rows).toEqual([one]);
  expect(store.pagePairings.list(0)).toEqual([]);
});

test('the sessions of a desk of the fourth version are bound to what they name as before, and no place in the list is given twice', () => {
  const path = join(temporaryFolder(), 'before.db');
  fourthVersion(path);
  {
    using store = openSqliteStore(path);
    expect(() => store.clientSessions.insert(session('wrong', { apiKeyId: 'none' }))).toThrow(/FOREIGN KEY/);
    expect(() => store.clientSessions.addToken('none', Buffer.of(1), 1)).toThrow(/FOREIGN KEY/);
    store.clientSessions.delete('one');
    expect(store.clientSessions.withHash(Buffer.of(0x0a))).toBeNull();
    store.clientSessions.insert(session('three', {}));
  }
  const file = new SQLite(path);
  onTestFinished(() => {
    file.close();
  });
  const places = file
    .prepare('SELECT client_session_id, sequence FROM client_sessions ORDER BY sequence')
    .raw()
    .all();
  expect(places).toEqual([
    ['two', 2],
    ['three', 4],
  ]);
  expect(file.prepare('SELECT * FROM client_session_identities').all()).toEqual([]);
  const indexes = file
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'client_sessions' AND sql IS NOT NULL ORDER BY name",
    )
    .pluck()
    .all();
  expect(indexes).toEqual([
    'client_sessions_by_end',
    'client_sessions_by_identifier',
    'client_sessions_of_pages',
  ]);
  expect(file.pragma('foreign_key_check')).toEqual([]);
});

test('a row of the fourth version that names nothing, which nobody knows how it came, keeps no desk from starting', () => {
  const path = join(temporaryFolder(), 'before.db');
  fourthVersion(path);
  const file = new SQLite(path);
  file.pragma('foreign_keys = OFF');
  file.exec(
    "INSERT INTO client_session_tokens (hash, client_session_id, created_at) VALUES (x'0c', 'nobody', 1)",
  );
  file.close();
  using store = openSqliteStore(path);
  expect(store.clientSessions.withHash(Buffer.of(0x0c))).toBeNull();
  expect(store.clientSessions.withHash(Buffer.of(0x0a))).not.toBeNull();
});
