import type { ApiKey } from '../../model/api-key.ts';
import type { AnswerTable, ApiKeyTable, OriginTable } from '../access-tables.ts';
import type { Database } from './database.ts';

interface ApiKeyRow {
  readonly api_key_id: string;
  readonly name: string;
  readonly scopes: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
}

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.api_key_id,
  name: row.name,
  scopes: JSON.parse(row.scopes),
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
});

/** The table api_keys. */
export function apiKeyTable(database: Database): ApiKeyTable {
  const one = (condition: string, value: string | Uint8Array) => {
    const row = database.get<ApiKeyRow>(`SELECT * FROM api_keys WHERE ${condition}`, value);
    return row === undefined ? null : toApiKey(row);
  };
  return {
    insert: (key, hash) => {
      database.run(
        'INSERT INTO api_keys (api_key_id, name, hash, scopes, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)',
        key.id,
        key.name,
        hash,
        JSON.stringify(key.scopes),
        key.createdAt,
        key.revokedAt,
      );
    },
    withHash: (hash) => one('hash = ?', hash),
    get: (id) => one('api_key_id = ?', id),
    withName: (name) => one('revoked_at IS NULL AND name = ?', name),
    list: () => database.all<ApiKeyRow>('SELECT * FROM api_keys ORDER BY created_at, rowid').map(toApiKey),
    revoke: (id, at) => {
      database.run('UPDATE api_keys SET revoked_at = ? WHERE api_key_id = ? AND revoked_at IS NULL', at, id);
    },
  };
}

/** The table allowed_origins. */
export function originTable(database: Database): OriginTable {
  return {
    has: (origin) => database.get('SELECT 1 FROM allowed_origins WHERE origin = ?', origin) !== undefined,
    list: () =>
      database
        .all<{ readonly origin: string }>('SELECT origin FROM allowed_origins ORDER BY origin')
        .map(({ origin }) => origin),
    allow: (origin, at) => {
      database.run('INSERT OR IGNORE INTO allowed_origins (origin, created_at) VALUES (?, ?)', origin, at);
    },
    remove: (origin) =>
      database.get('DELETE FROM allowed_origins WHERE origin = ? RETURNING origin', origin) !== undefined,
  };
}

interface AnswerRow {
  readonly client_id: string;
  readonly idempotency_key: string;
  readonly request_hash: Uint8Array;
  readonly status: number;
  readonly body: string;
  readonly created_at: number;
}

/** The table kept_answers. */
export function answerTable(database: Database): AnswerTable {
  return {
    get: (clientId, key) => {
      const row = database.get<AnswerRow>(
        'SELECT * FROM kept_answers WHERE client_id = ? AND idempotency_key = ?',
        clientId,
        key,
      );
      if (row === undefined) return null;
      return {
        clientId: row.client_id,
        key: row.idempotency_key,
        requestHash: row.request_hash,
        status: row.status,
        body: JSON.parse(row.body),
        createdAt: row.created_at,
      };
    },
    insert: (answer) => {
      database.run(
        'INSERT INTO kept_answers (client_id, idempotency_key, request_hash, status, body, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        answer.clientId,
        answer.key,
        answer.requestHash,
        answer.status,
        JSON.stringify(answer.body),
        answer.createdAt,
      );
    },
    forgetBefore: (at) => {
      database.run('DELETE FROM kept_answers WHERE created_at < ?', at);
    },
  };
}
