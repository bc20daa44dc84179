import { chmodSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { DamagedError, StorageError } from '../errors.ts';
import { migrate } from './migrate.ts';
import { addSqlFunctions } from './sql-functions.ts';

/** A value that a statement takes. */
export type Value = string | number | Uint8Array | null;

/** An open database file with its statements; the tables are built on it. Any call may throw StorageError or DamagedError. */
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
  /** Is told of a damage that a call meets, which throws it too. */
  readonly onDamage?: (damage: DamagedError) => void;
}

/**
 * Opens the file, made if it is missing, and brings it to the newest migration.
 * Every commit is on the disk before it returns: write-ahead log, `synchronous = FULL` (https://sqlite.org/pragma.html#pragma_synchronous).
 * What it was before a migration is kept beside it (before-migration.ts).
 * Throws NewerDatabaseError when the file was written by a newer version of the daemon, DamagedError when it is no sound database as far as
 * opening shows, and StorageError when the disk does not serve it; then the file is closed, and as it was.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const onDisk = diskErrors(path, options.onDamage);
  return onDisk(() => {
    const file = new SQLite(path, { timeout: options.patienceMs ?? PATIENCE_MS });
    try {
      return open(file, path, onDisk);
    } catch (error) {
      file.close();
      throw error;
    }
  });
}

function open(file: SQLite.Database, path: string, onDisk: OnDisk): Database {
  chmodSync(path, 0o600);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  // macOS answers fsync before the disk has written; elsewhere this changes nothing (https://sqlite.org/pragma.html#pragma_fullfsync).
  file.pragma('fullfsync = ON');
  addSqlFunctions(file);
  // A migration that makes a table anew would else take with it the rows that name the old one's (https://sqlite.org/lang_altertable.html#otheralter).
  file.pragma('foreign_keys = OFF');
  migrate(file, path);
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

/** Those that are about what the file holds. */
const DAMAGE_CODES = /^SQLITE_(CORRUPT|NOTADB)/;

/** Passes on what `work` returns, and tells a disk that does not serve, and a damaged file, from every other failure. */
type OnDisk = <T>(work: () => T) => T;

function diskErrors(path: string, onDamage: (damage: DamagedError) => void = () => {}): OnDisk {
  return (work) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SQLite.SqliteError)) throw error;
      if (DISK_CODES.test(error.code)) {
        throw new StorageError(`${error.message} (${error.code})`, { cause: error });
      }
      if (!DAMAGE_CODES.test(error.code)) throw error;
      const damage = new DamagedError(path, [error.message], { cause: error });
      onDamage(damage);
      throw damage;
    }
  };
}
