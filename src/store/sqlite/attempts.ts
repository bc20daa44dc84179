import { type Attempt, isLive } from '../../model/attempt.ts';
import type { AttemptTable, AttemptTally } from '../desk-tables.ts';
import type { Database } from './database.ts';
import { Conditions, type PlacedRow, readPage, readPageBackwards } from './query.ts';

interface AttemptRow {
  readonly sequence: number;
  readonly attempt: string;
}

interface TallyRow extends Pick<AttemptTally, 'phase' | 'reason' | 'count'> {
  readonly acs_encoder_id: string;
  /** Of the row with the greatest sequence: with `max()`, SQLite takes the other columns from there. */
  readonly action_attempt_id: string;
}

const toAttempt = (row: AttemptRow): Attempt => JSON.parse(row.attempt);

/** The table action_attempts. */
export function attemptTable(database: Database): AttemptTable {
  const one = (condition: string, value: string) => {
    const row = database.get<AttemptRow>(
      `SELECT sequence, attempt FROM action_attempts WHERE ${condition}`,
      value,
    );
    return row === undefined ? null : toAttempt(row);
  };
  return {
    get: (id) => one('action_attempt_id = ?', id),
    liveOn: (encoderId) => one('acs_encoder_id = ? AND is_live = 1', encoderId),
    live: () =>
      database
        .all<AttemptRow>(
          // By the index of the live ones: in order of sequence every attempt would be looked at.
          'SELECT sequence, attempt FROM action_attempts INDEXED BY action_attempts_live WHERE is_live = 1 ORDER BY sequence',
        )
        .map(toAttempt),
    list: (filter, page, order = 'oldestFirst') => {
      const select = 'SELECT sequence, attempt FROM action_attempts';
      const conditions = new Conditions()
        .whenListed('action_attempts', 'action_attempt_id', filter.ids)
        .when(filter.encoderId, 'acs_encoder_id = ?');
      const { createdAfter: at } = filter;
      if (at !== undefined) conditions.add('sequence > ? AND created_at > ?', lastMadeBy(database, at), at);
      return order === 'newestFirst'
        ? readPageBackwards(database, select, 'action_attempts', conditions, page, toAttempt)
        : readPage(database, select, 'action_attempts', conditions, page, toAttempt);
    },
    tally: (at) =>
      database
        .all<TallyRow>(
          `SELECT acs_encoder_id, attempt ->> '$.phase' AS phase, attempt ->> '$.reason' AS reason,
             count(*) AS count, action_attempt_id, max(sequence) AS sequence
           FROM action_attempts WHERE sequence > ? AND created_at > ?
           GROUP BY 1, 2, 3 ORDER BY sequence DESC`,
          lastMadeBy(database, at),
          at,
        )
        .map((row) => ({
          encoderId: row.acs_encoder_id,
          phase: row.phase,
          reason: row.reason,
          count: row.count,
          lastId: row.action_attempt_id,
        })),
    insert: (attempt) => {
      database.run(
        'INSERT INTO action_attempts (action_attempt_id, created_at, acs_encoder_id, is_live, attempt) VALUES (?, ?, ?, ?, ?)',
        attempt.id,
        attempt.createdAt,
        attempt.encoderId,
        isLive(attempt) ? 1 : 0,
        JSON.stringify(attempt),
      );
    },
    update: (attempt) => {
      database.run(
        'UPDATE action_attempts SET is_live = ?, attempt = ? WHERE action_attempt_id = ?',
        isLive(attempt) ? 1 : 0,
        JSON.stringify(attempt),
        attempt.id,
      );
    },
    forgetBefore: (at, most) =>
      database.run(
        `DELETE FROM action_attempts WHERE sequence IN (
           SELECT sequence FROM action_attempts WHERE is_live = 0 AND has_card_writes = 0 AND created_at < ?
           ORDER BY created_at LIMIT ?)`,
        at,
        most,
      ).changes,
  };
}

/**
 * The sequence of the last attempt that was made at `at` or before; 0: there is none. Halves the table, so that none of the old rows is
 * read: attempts are made in the order of their times, but for when the clock is set back; then it is one of these.
 */
function lastMadeBy(database: Database, at: number): number {
  const next =
    'SELECT sequence, created_at FROM action_attempts WHERE sequence > ? ORDER BY sequence LIMIT 1';
  const last = database.get<{ readonly sequence: number | null }>(
    'SELECT max(sequence) AS sequence FROM action_attempts',
  );
  let [low, high] = [0, last?.sequence ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = database.get<PlacedRow & { readonly created_at: number }>(next, middle);
    if (row !== undefined && row.created_at <= at) low = row.sequence;
    else high = middle;
  }
  return low;
}
