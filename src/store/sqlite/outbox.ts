import { RESOURCE_KINDS, type ResourceKind } from '../../model/resource.ts';
import type { MessageState, OutboxMessage } from '../../model/sync.ts';
import type { OutboxTable } from '../sync-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface MessageRow {
  readonly sequence: number;
  readonly message_id: string;
  readonly kind: ResourceKind;
  readonly resource_id: string;
  /** JSON, as `refusal`. */
  readonly change: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly is_forced: number;
  readonly refusal: string | null;
  readonly created_at: number;
  readonly settled_at: number | null;
}

const toMessage = (row: MessageRow): OutboxMessage => ({
  id: row.message_id,
  sequence: row.sequence,
  change: JSON.parse(row.change),
  state: row.state,
  attempts: row.attempts,
  isForced: row.is_forced === 1,
  refusal: row.refusal === null ? null : JSON.parse(row.refusal),
  createdAt: row.created_at,
  settledAt: row.settled_at,
});

const UNSETTLED = "kind = ? AND resource_id = ? AND state IN ('waiting', 'refused')";

/** Those that ended, by when they did: SQLite would go by their state, and sort. */
const ENDED = "outbox INDEXED BY outbox_by_end WHERE state IN ('delivered', 'dropped')";

/** The table outbox. */
export function outboxTable(database: Database): OutboxTable {
  const count = (state: MessageState) =>
    database.get<{ readonly count: number }>('SELECT count(*) AS count FROM outbox WHERE state = ?', state)
      ?.count ?? 0;
  return {
    append: ({ id, change, createdAt }) => {
      database.run(
        'INSERT INTO outbox (message_id, kind, resource_id, change, created_at) VALUES (?, ?, ?, ?, ?)',
        id,
        change.kind,
        change.id,
        JSON.stringify(change),
        createdAt,
      );
    },
    get: (id) => {
      const row = database.get<MessageRow>('SELECT * FROM outbox WHERE message_id = ?', id);
      return row === undefined ? null : toMessage(row);
    },
    waiting: (afterSequence, limit) =>
      database
        .all<MessageRow>(
          "SELECT * FROM outbox WHERE state = 'waiting' AND sequence > ? ORDER BY sequence LIMIT ?",
          afterSequence,
          limit,
        )
        .map(toMessage),
    refused: (page) =>
      readPage<MessageRow, OutboxMessage>(
        database,
        'SELECT * FROM outbox',
        'outbox',
        new Conditions().add("state = 'refused'"),
        page,
        toMessage,
      ),
    refusedResources: () =>
      database
        .all<MessageRow>("SELECT DISTINCT kind, resource_id FROM outbox WHERE state = 'refused'")
        .map(({ kind, resource_id }) => ({ kind, id: resource_id })),
    refusedAs: (code) =>
      database
        .all<MessageRow>(
          "SELECT * FROM outbox WHERE state = 'refused' AND refusal ->> 'code' = ? ORDER BY sequence",
          code,
        )
        .map(toMessage),
    wasMadeAfter: ({ kind, id }, sequence) =>
      database.get(
        `SELECT 1 FROM outbox WHERE kind = ? AND resource_id = ? AND sequence > ?
           AND state = 'delivered' AND change ->> 'action' = 'created' LIMIT 1`,
        kind,
        id,
        sequence,
      ) !== undefined,
    unsettledOf: ({ kind, id }) =>
      database
        .all<MessageRow>(`SELECT * FROM outbox WHERE ${UNSETTLED} ORDER BY sequence`, kind, id)
        .map(toMessage),
    unsettledAmong: (kind, ids) =>
      database
        .all<MessageRow>(
          `SELECT * FROM outbox WHERE kind = ? AND resource_id IN (SELECT value FROM json_each(?))
             AND state IN ('waiting', 'refused')`,
          kind,
          JSON.stringify(ids),
        )
        .map(toMessage)
        .toSorted((one, other) => one.sequence - other.sequence),
    isUnsettled: ({ kind, id }) =>
      database.get(`SELECT 1 FROM outbox WHERE ${UNSETTLED} LIMIT 1`, kind, id) !== undefined,
    kindsInDoubt: () =>
      RESOURCE_KINDS.filter(
        (kind) =>
          database.get(
            `SELECT 1 FROM outbox INDEXED BY outbox_begun
             WHERE kind = ? AND state = 'waiting' AND attempts > 0 AND change ->> 'action' = 'created' LIMIT 1`,
            kind,
          ) !== undefined,
      ),
    counts: () => ({ waiting: count('waiting'), refused: count('refused') }),
    oldestWaitingAt: () =>
      database.get<{ readonly created_at: number }>(
        "SELECT created_at FROM outbox WHERE state = 'waiting' ORDER BY sequence LIMIT 1",
      )?.created_at ?? null,
    lastDeliveredAt: () =>
      database.get<{ readonly settled_at: number }>(
        `SELECT settled_at FROM ${ENDED} AND state = 'delivered' ORDER BY settled_at DESC LIMIT 1`,
      )?.settled_at ?? null,
    lastDelivered: () =>
      database.get<{ readonly sequence: number }>(
        "SELECT sequence FROM outbox WHERE state = 'delivered' ORDER BY sequence DESC LIMIT 1",
      )?.sequence ?? 0,
    lastSequence: () =>
      database.get<{ readonly seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")?.seq ??
      0,
    countFrom: (sequence) => {
      const { changes } = database.run(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'outbox'",
        sequence,
      );
      if (changes === 0) {
        database.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", sequence);
      }
    },
    rename: ({ kind, id }, newId) => {
      database.run(
        "UPDATE outbox SET resource_id = ?, change = json_set(change, '$.id', ?) WHERE kind = ? AND resource_id = ?",
        newId,
        newId,
        kind,
        id,
      );
    },
    noteSending: (ids) => {
      database.run(
        'UPDATE outbox SET attempts = attempts + 1 WHERE message_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(ids),
      );
    },
    settle: (ids, state, at) => {
      database.run(
        'UPDATE outbox SET state = ?, refusal = NULL, settled_at = ? WHERE message_id IN (SELECT value FROM json_each(?))',
        state,
        at,
        JSON.stringify(ids),
      );
    },
    refuse: (id, refusal, at) => {
      database.run(
        "UPDATE outbox SET state = 'refused', refusal = ?, settled_at = ? WHERE message_id = ?",
        JSON.stringify(refusal),
        at,
        id,
      );
    },
    retry: (id, isForced) => {
      database.run(
        "UPDATE outbox SET state = 'waiting', refusal = NULL, settled_at = NULL, attempts = 0, is_forced = ? WHERE message_id = ? AND state = 'refused'",
        isForced ? 1 : 0,
        id,
      );
    },
    redeliver: (afterSequence = 0) =>
      database.run(
        "UPDATE outbox SET state = 'waiting', settled_at = NULL WHERE state = 'delivered' AND sequence > ?",
        afterSequence,
      ).changes,
    forgetBefore: (at, most) =>
      database.run(
        `DELETE FROM outbox WHERE sequence IN (
           SELECT sequence FROM ${ENDED} AND settled_at < ? ORDER BY settled_at LIMIT ?)`,
        at,
        most,
      ).changes,
  };
}
