import type { ClientSession } from '../../model/client-session.ts';
import type { ClientSessionTable } from '../access-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface ClientSessionRow {
  readonly sequence: number;
  readonly client_session_id: string;
  readonly api_key_id: string | null;
  readonly user_identifier_key: string | null;
  readonly user_identity_ids: string;
  readonly scopes: string;
  readonly allowed_origin: string | null;
  readonly expires_at: number;
  readonly created_at: number;
  readonly revoked_at: number | null;
  readonly page_name: string | null;
  readonly page_key: Uint8Array | null;
  readonly last_used_at: number | null;
}

/** All but the desk's private key. */
const SESSION = `SELECT sequence, client_session_id, api_key_id, user_identifier_key, user_identity_ids, scopes, allowed_origin,
  expires_at, created_at, revoked_at, page_name, page_key, last_used_at FROM client_sessions`;

const toClientSession = (row: ClientSessionRow): ClientSession => ({
  id: row.client_session_id,
  apiKeyId: row.api_key_id,
  userIdentifierKey: row.user_identifier_key,
  userIdentityIds: JSON.parse(row.user_identity_ids),
  scopes: JSON.parse(row.scopes),
  allowedOrigin: row.allowed_origin,
  expiresAt: row.expires_at,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
  page:
    row.page_key === null || row.last_used_at === null
      ? null
      : { name: row.page_name, publicKey: row.page_key, lastUsedAt: row.last_used_at },
});

const values = (session: ClientSession) =>
  [
    session.userIdentifierKey,
    JSON.stringify(session.userIdentityIds),
    JSON.stringify(session.scopes),
    session.allowedOrigin,
    session.expiresAt,
    session.revokedAt,
    session.page?.lastUsedAt ?? null,
    session.id,
  ] as const;

const OF_IDENTITY = `client_sessions.sequence IN (SELECT theirs.sequence FROM client_session_identities
  CROSS JOIN client_sessions AS theirs USING (client_session_id) WHERE user_identity_id = ?)`;

/** The tables client_sessions, client_session_identities and client_session_tokens. */
export function clientSessionTable(database: Database): ClientSessionTable {
  const one = (condition: string, value: string | Uint8Array) => {
    const row = database.get<ClientSessionRow>(`${SESSION} WHERE ${condition}`, value);
    return row === undefined ? null : toClientSession(row);
  };
  const addIdentities = ({ id, userIdentityIds }: ClientSession) => {
    if (userIdentityIds.length === 0) return;
    database.run(
      `INSERT OR IGNORE INTO client_session_identities (user_identity_id, client_session_id)
       SELECT value, ? FROM json_each(?)`,
      id,
      JSON.stringify(userIdentityIds),
    );
  };
  return {
    get: (id) => one('client_session_id = ?', id),
    withHash: (hash) =>
      one('client_session_id = (SELECT client_session_id FROM client_session_tokens WHERE hash = ?)', hash),
    list: (filter, page) => {
      // `+` keeps SQLite from every index but the one that finds least.
      const isNarrow = filter.id !== undefined || filter.userIdentityId !== undefined;
      const key = isNarrow ? '+user_identifier_key' : 'user_identifier_key';
      const conditions = new Conditions()
        .when(filter.id, 'client_session_id = ?')
        .when(filter.userIdentityId, OF_IDENTITY)
        .when(filter.userIdentifierKey, `${key} = ?`)
        .when(filter.activeAt, 'coalesce(revoked_at, expires_at) > ?');
      if (filter.isWithoutUserIdentifierKey === true) conditions.add(`${key} IS NULL`);
      return readPage<ClientSessionRow, ClientSession>(
        database,
        SESSION,
        'client_sessions',
        conditions,
        page,
        toClientSession,
      );
    },
    ofPagesOf: (origin) =>
      database
        .all<ClientSessionRow>(
          `${SESSION} WHERE allowed_origin = ? AND page_key IS NOT NULL AND revoked_at IS NULL`,
          origin,
        )
        .map(toClientSession),
    deskKey: (id) =>
      database.get<{ readonly desk_key: Uint8Array | null }>(
        'SELECT desk_key FROM client_sessions WHERE client_session_id = ?',
        id,
      )?.desk_key ?? null,
    insert: (session, deskKey) => {
      database.run(
        `INSERT INTO client_sessions (user_identifier_key, user_identity_ids, scopes, allowed_origin, expires_at,
           revoked_at, last_used_at, client_session_id, api_key_id, created_at, page_name, page_key, desk_key)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values(session),
        session.apiKeyId,
        session.createdAt,
        session.page?.name ?? null,
        session.page?.publicKey ?? null,
        deskKey ?? null,
      );
      addIdentities(session);
    },
    update: (session) => {
      database.run(
        `UPDATE client_sessions SET user_identifier_key = ?, user_identity_ids = ?, scopes = ?, allowed_origin = ?,
           expires_at = ?, revoked_at = ?, last_used_at = ? WHERE client_session_id = ?`,
        ...values(session),
      );
      database.run('DELETE FROM client_session_identities WHERE client_session_id = ?', session.id);
      addIdentities(session);
    },
    delete: (id) => {
      database.run('DELETE FROM client_sessions WHERE client_session_id = ?', id);
    },
    addToken: (id, hash, at) => {
      database.run(
        'INSERT INTO client_session_tokens (hash, client_session_id, created_at) VALUES (?, ?, ?)',
        hash,
        id,
        at,
      );
    },
    keepTokens: (id, count) => {
      database.run(
        `DELETE FROM client_session_tokens WHERE client_session_id = ? AND hash NOT IN
           (SELECT hash FROM client_session_tokens WHERE client_session_id = ? ORDER BY created_at DESC, hash LIMIT ?)`,
        id,
        id,
        count,
      );
    },
    forgetBefore: (at, most) =>
      database.run(
        `DELETE FROM client_sessions WHERE client_session_id IN (
           SELECT client_session_id FROM client_sessions WHERE coalesce(revoked_at, expires_at) < ?
           ORDER BY coalesce(revoked_at, expires_at) LIMIT ?)`,
        at,
        most,
      ).changes,
  };
}
