import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import SQLite from 'better-sqlite3';

/** A value that a statement takes. */
export type Value = string | number | Uint8Array | null;

/** An open database file with its statements; the tables are built on it. */
export interface Database {
  /** The rows of a query. A statement is prepared once for each text. */
  all<Row>(sql: string, ...values: readonly Value[]): Row[];
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined;
  run(sql: string, ...values: readonly Value[]): { readonly lastInsertRowid: number };
  transaction<T>(work: () => T): T;
  close(): void;
}

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/**
 * Opens the file, made if it is missing, and brings it to the newest migration.
 * Every commit is on the disk before it returns: write-ahead log, `synchronous = FULL` (https://sqlite.org/pragma.html#pragma_synchronous).
 * Throws when the file was written by a newer version of the daemon.
 */
export function openDatabase(path: string): Database {
  const file = new SQLite(path, { timeout: 5000 });
  chmodSync(path, 0o600);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  // LIKE and lower() know the letters of English only: "MÜLLER" would not find "Müller".
  file.function('folded', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : null,
  );
  migrate(file);

  const statements = new Map<string, SQLite.Statement<Value[]>>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = file.prepare<Value[]>(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const inTransaction = file.transaction((work: () => unknown) => work());
  return {
    // The one place where a row gets its type: the SQL text beside the call names its columns.
    all: <Row>(sql: string, ...values: readonly Value[]) => prepared(sql).all(...values) as Row[],
    get: <Row>(sql: string, ...values: readonly Value[]) => prepared(sql).get(...values) as Row | undefined,
    run: (sql, ...values) => ({ lastInsertRowid: Number(prepared(sql).run(...values).lastInsertRowid) }),
    transaction: <T>(work: () => T) => inTransaction.immediate(work) as T,
    close: () => file.close(),
  };
}

function migrate(file: SQLite.Database): void {
  const names = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  file
    .transaction(() => {
      const done = Number(file.pragma('user_version', { simple: true }));
      if (done > names.length) {
        throw new Error(
          `The database is at version ${done}, this encoderd knows ${names.length}. Install the newer encoderd again, or restore a backup from before it.`,
        );
      }
      for (const name of names.slice(done)) file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
      file.pragma(`user_version = ${names.length}`);
    })
    .immediate();
}
