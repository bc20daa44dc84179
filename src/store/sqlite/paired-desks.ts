import type { PairedDesk, PairedDeskTable, PairingRequest, PairingRequestTable } from '../sync-tables.ts';
import type { Database } from './database.ts';

interface DeskRow {
  readonly desk_id: string;
  readonly name: string;
  readonly api_key_id: string;
  readonly created_at: number;
  readonly last_seen_at: number | null;
  readonly high_water_mark: number;
  readonly skew_ms: number | null;
}

const toDesk = (row: DeskRow): PairedDesk => ({
  id: row.desk_id,
  name: row.name,
  apiKeyId: row.api_key_id,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  highWaterMark: row.high_water_mark,
  skewMs: row.skew_ms,
});

/** The tables paired_desks and desk_messages. */
export function pairedDeskTable(database: Database): PairedDeskTable {
  const one = (condition: string, value: string) => {
    const row = database.get<DeskRow>(`SELECT * FROM paired_desks WHERE ${condition}`, value);
    return row === undefined ? null : toDesk(row);
  };
  return {
    get: (id) => one('desk_id = ?', id),
    ofKey: (apiKeyId) => one('api_key_id = ?', apiKeyId),
    list: () => database.all<DeskRow>('SELECT * FROM paired_desks ORDER BY created_at, name').map(toDesk),
    any: () => database.get('SELECT 1 FROM paired_desks LIMIT 1') !== undefined,
    insert: (desk) => {
      database.run(
        `INSERT INTO paired_desks (desk_id, name, api_key_id, created_at, last_seen_at, high_water_mark, skew_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        desk.id,
        desk.name,
        desk.apiKeyId,
        desk.createdAt,
        desk.lastSeenAt,
        desk.highWaterMark,
        desk.skewMs,
      );
    },
    update: (desk) => {
      database.run(
        'UPDATE paired_desks SET name = ?, api_key_id = ?, last_seen_at = ?, high_water_mark = ?, skew_ms = ? WHERE desk_id = ?',
        desk.name,
        desk.apiKeyId,
        desk.lastSeenAt,
        desk.highWaterMark,
        desk.skewMs,
        desk.id,
      );
    },
    delete: (id) => {
      database.run('DELETE FROM paired_desks WHERE desk_id = ?', id);
    },
    verdictOf: (messageId) => {
      const row = database.get<{ readonly verdict: string }>(
        'SELECT verdict FROM desk_messages WHERE message_id = ?',
        messageId,
      );
      return row === undefined ? null : JSON.parse(row.verdict);
    },
    noteVerdict: (deskId, messageId, verdict, at) => {
      database.run(
        'INSERT OR REPLACE INTO desk_messages (message_id, desk_id, verdict, received_at) VALUES (?, ?, ?, ?)',
        messageId,
        deskId,
        JSON.stringify(verdict),
        at,
      );
    },
    forgetBefore: (at, most) =>
      database.run(
        `DELETE FROM desk_messages WHERE message_id IN (
           SELECT message_id FROM desk_messages WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
        at,
        most,
      ).changes,
  };
}

interface RequestRow {
  readonly pairing_request_id: string;
  readonly desk_name: string;
  readonly expires_at: number;
  readonly desk_id: string | null;
  readonly created_at: number;
}

const toRequest = (row: RequestRow): PairingRequest => ({
  id: row.pairing_request_id,
  deskName: row.desk_name,
  expiresAt: row.expires_at,
  deskId: row.desk_id,
  createdAt: row.created_at,
});

const REQUEST = 'SELECT pairing_request_id, desk_name, expires_at, desk_id, created_at FROM pairing_requests';

/** The table pairing_requests. */
export function pairingRequestTable(database: Database): PairingRequestTable {
  const optional = (row: RequestRow | undefined) => (row === undefined ? null : toRequest(row));
  return {
    get: (id) => optional(database.get<RequestRow>(`${REQUEST} WHERE pairing_request_id = ?`, id)),
    withCode: (codeHash, now) =>
      optional(
        database.get<RequestRow>(
          `${REQUEST} WHERE code_hash = ? AND expires_at > ? AND desk_id IS NULL`,
          codeHash,
          now,
        ),
      ),
    secretHash: (id) =>
      database.get<{ readonly secret_hash: Uint8Array }>(
        'SELECT secret_hash FROM pairing_requests WHERE pairing_request_id = ?',
        id,
      )?.secret_hash ?? null,
    list: (now) =>
      database.all<RequestRow>(`${REQUEST} WHERE expires_at > ? ORDER BY created_at`, now).map(toRequest),
    insert: (request, codeHash, secretHash) => {
      database.run(
        `INSERT INTO pairing_requests (pairing_request_id, desk_name, code_hash, secret_hash, expires_at, desk_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        request.id,
        request.deskName,
        codeHash,
        secretHash,
        request.expiresAt,
        request.deskId,
        request.createdAt,
      );
    },
    confirm: (id, deskId) => {
      database.run('UPDATE pairing_requests SET desk_id = ? WHERE pairing_request_id = ?', deskId, id);
    },
    delete: (id) => {
      database.run('DELETE FROM pairing_requests WHERE pairing_request_id = ?', id);
    },
    forgetExpired: (now) => {
      database.run('DELETE FROM pairing_requests WHERE expires_at <= ?', now);
    },
  };
}
