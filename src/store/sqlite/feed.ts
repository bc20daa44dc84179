import type { ResourceKind } from '../../model/resource.ts';
import type { FeedTable } from '../sync-tables.ts';
import type { Database } from './database.ts';

interface FeedRow {
  readonly sequence: number;
  readonly kind: ResourceKind;
  readonly resource_id: string;
  readonly is_gone: number;
}

/** The tables feed, feed_forgotten and feed_epochs. */
export function feedTable(database: Database): FeedTable {
  const last = () =>
    database.get<{ readonly seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'feed'")?.seq ?? 0;
  const lastForgotten = () =>
    database.get<{ readonly sequence: number }>('SELECT sequence FROM feed_forgotten')?.sequence ?? 0;
  return {
    touch: ({ kind, id }, isGone, at) => {
      // The new row has a new sequence: whoever read the old one meets the thing again.
      database.run(
        'INSERT OR REPLACE INTO feed (kind, resource_id, is_gone, created_at) VALUES (?, ?, ?, ?)',
        kind,
        id,
        isGone ? 1 : 0,
        at,
      );
    },
    after: (sequence, limit) =>
      database
        .all<FeedRow>('SELECT * FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit)
        .map((row) => ({
          sequence: row.sequence,
          kind: row.kind,
          id: row.resource_id,
          isGone: row.is_gone === 1,
        })),
    last,
    forgetGoneBefore: (at, most) =>
      database.transaction(() => {
        const gone = database.all<{ readonly sequence: number }>(
          'SELECT sequence FROM feed WHERE is_gone = 1 AND created_at < ? ORDER BY created_at LIMIT ?',
          at,
          most,
        );
        const sequences = gone.map(({ sequence }) => sequence);
        database.run(
          'DELETE FROM feed WHERE sequence IN (SELECT value FROM json_each(?))',
          JSON.stringify(sequences),
        );
        const greatest = sequences.reduce((one, other) => Math.max(one, other), lastForgotten());
        if (sequences.length > 0) {
          database.run('INSERT OR REPLACE INTO feed_forgotten (only_row, sequence) VALUES (1, ?)', greatest);
        }
        return sequences.length;
      }),
    lastForgotten,
    beginEpoch: (epoch, at) => {
      database.run(
        'INSERT INTO feed_epochs (epoch, began_after, created_at) VALUES (?, ?, ?)',
        epoch,
        last(),
        at,
      );
    },
    epoch: (epoch) => {
      const row = database.get<{ readonly began_after: number; readonly ended_at: number | null }>(
        `SELECT began_after, (
           SELECT next.began_after FROM feed_epochs AS next WHERE next.sequence > feed_epochs.sequence ORDER BY next.sequence LIMIT 1
         ) AS ended_at FROM feed_epochs WHERE epoch = ?`,
        epoch,
      );
      return row === undefined ? null : { beganAfter: row.began_after, endedAt: row.ended_at };
    },
    currentEpoch: () =>
      database.get<{ readonly epoch: string }>('SELECT epoch FROM feed_epochs ORDER BY sequence DESC LIMIT 1')
        ?.epoch ?? null,
  };
}
