import type { ChangeTable } from '../record-tables.ts';
import type { Database } from './database.ts';

/** The table changes. Its sequence is AUTOINCREMENT, so that a number is never given twice, also after a prune. */
export function changeTable(database: Database): ChangeTable {
  const last = () =>
    database.get<{ readonly seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.seq ??
    0;
  return {
    append: (change, at) =>
      database.run('INSERT INTO changes (change, created_at) VALUES (?, ?)', JSON.stringify(change), at)
        .lastInsertRowid,
    after: (sequence, limit) =>
      database
        .all<{ readonly sequence: number; readonly change: string }>(
          'SELECT sequence, change FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?',
          sequence,
          limit,
        )
        .map((row) => ({ sequence: row.sequence, change: JSON.parse(row.change) })),
    last,
    keptAfter: () => {
      const first = database.get<{ readonly first: number | null }>(
        'SELECT min(sequence) AS first FROM changes',
      );
      return first?.first === null || first === undefined ? last() : first.first - 1;
    },
    keep: (count) => {
      database.run('DELETE FROM changes WHERE sequence <= ?', last() - count);
    },
  };
}
