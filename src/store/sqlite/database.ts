import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { folded } from '../../model/folded.ts';
import { StorageError } from '../errors.ts';
import { searchPieces } from './search-pieces.ts';

/** A value that a statement takes. */
export type Value = string | number | Uint8Array | null;

/** An open database file with its statements; the tables are built on it. Any call may throw StorageError. */
export interface Database {
  /** The rows of a query. A statement is prepared once for each text. */
  all<Row>(sql: string, ...values: readonly Value[]): Row[];
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined;
  run(
    sql: string,
    ...values: readonly Value[]
  ): { readonly lastInsertRowid: number; readonly changes: number };
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How long to wait for another process that writes, milliseconds, unless told; the whole process stands still meanwhile. */
const PATIENCE_MS = 1000;

export interface DatabaseOptions {
  /** How long to wait for another process that writes, milliseconds. */
  readonly patienceMs?: number;
}

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/**
 * Opens the file, made if it is missing, and brings it to the newest migration.
 * Every commit is on the disk before it returns: write-ahead log, `synchronous = FULL` (https://sqlite.org/pragma.html#pragma_synchronous).
 * Throws when the file was written by a newer version of the daemon, and StorageError when the disk does not serve it.
 */
export function openDatabase(path: string, { patienceMs = PATIENCE_MS }: DatabaseOptions = {}): Database {
  return onDisk(() => open(path, patienceMs));
}

function open(path: string, patienceMs: number): Database {
  const file = new SQLite(path, { timeout: patienceMs });
  chmodSync(path, 0o600);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  // LIKE and lower() know the letters of English only: "MÜLLER" would not find "Müller".
  file.function('folded', { deterministic: true }, (text) =>
    typeof text === 'string' ? folded(text) : null,
  );
  file.function('search_pieces', { deterministic: true, varargs: true }, searchPieces);
  // A migration that makes a table anew would else take with it the rows that name the old one's (https://sqlite.org/lang_altertable.html#otheralter).
  file.pragma('foreign_keys = OFF');
  migrate(file);
  file.pragma('foreign_keys = ON');

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
    all: <Row>(sql: string, ...values: readonly Value[]) =>
      onDisk(() => prepared(sql).all(...values) as Row[]),
    get: <Row>(sql: string, ...values: readonly Value[]) =>
      onDisk(() => prepared(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => {
      const { lastInsertRowid, changes } = onDisk(() => prepared(sql).run(...values));
      return { lastInsertRowid: Number(lastInsertRowid), changes };
    },
    transaction: <T>(work: () => T) => onDisk(() => inTransaction.immediate(work) as T),
    close: () => file.close(),
  };
}

/** SQLite's result codes (https://sqlite.org/rescode.html) that are about the disk and whoever else uses the file. */
const DISK_CODES = /^SQLITE_(FULL|IOERR|BUSY|READONLY|CANTOPEN|NOMEM|PERM)/;

/** Passes on what `work` returns, and tells a disk that does not serve from every other failure. */
function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SQLite.SqliteError && DISK_CODES.test(error.code)) {
      throw new StorageError(`${error.message} (${error.code})`, { cause: error });
    }
    throw error;
  }
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
      if (done === names.length) return;
      const lostBefore = rowsThatNameNothing(file);
      for (const name of names.slice(done)) file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
      const lost = rowsThatNameNothing(file) - lostBefore;
      if (lost > 0) throw new Error(`The migration would leave ${lost} rows that name what is gone.`);
      file.pragma(`user_version = ${names.length}`);
    })
    .immediate();
}

/** How many rows break a foreign key, which nothing enforces while a migration runs. */
function rowsThatNameNothing(file: SQLite.Database): number {
  return Number(file.prepare('SELECT count(*) FROM pragma_foreign_key_check').pluck().get());
}
