import { type Attempt, isLive } from '../../model/attempt.ts';
import type { AttemptTable } from '../desk-tables.ts';
import type { Database } from './database.ts';
import { Conditions, readPage } from './query.ts';

interface AttemptRow {
  readonly sequence: number;
  readonly attempt: string;
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
    list: (filter, page) =>
      readPage<AttemptRow, Attempt>(
        database,
        'SELECT sequence, attempt FROM action_attempts',
        'action_attempts',
        new Conditions().whenListed('action_attempts', 'action_attempt_id', filter.ids),
        page,
        toAttempt,
      ),
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
