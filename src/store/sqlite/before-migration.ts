import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import SQLite from 'better-sqlite3';
import { StorageError } from '../errors.ts';
import { putInPlace } from './private-copy.ts';
import { addSqlFunctions } from './sql-functions.ts';

/** How many databases from before a migration are kept, the newest ones. */
const KEPT = 2;

/** Where the database of this path is kept as it was at a version. */
export const pathBefore = (path: string, version: number): string => `${path}.before-${version}`;

/**
 * Keeps a database as it is, beside itself, as one file. Call it in the transaction that is about to migrate it, before that has written
 * anything: nobody else can write then. SQLite itself copies it: to open and close the file past SQLite would give up its locks
 * (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 * Throws StorageError when the disk does not take it.
 */
export function keepBefore(path: string, version: number): void {
  const kept = pathBefore(path, version);
  const draft = `${kept}.new`;
  const files = [draft, `${draft}-wal`, `${draft}-shm`];
  try {
    for (const file of files) rmSync(file, { force: true });
    const source = new SQLite(path, { readonly: true });
    try {
      addSqlFunctions(source);
      source.prepare('VACUUM INTO ?').run(draft);
    } finally {
      source.close();
    }
    putInPlace(draft, kept);
    for (const old of keptBefore(path).slice(KEPT)) rmSync(old.path, { force: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StorageError(`The database cannot be kept as it was before its migration: ${detail}`, {
      cause: error,
    });
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

/** What is kept of the database of this path, the newest version first. */
export function keptBefore(path: string): readonly { readonly path: string; readonly version: number }[] {
  const name = `${basename(path)}.before-`;
  return readdirSync(dirname(path))
    .filter((file) => file.startsWith(name) && /^\d+$/.test(file.slice(name.length)))
    .map((file) => ({ path: join(dirname(path), file), version: Number(file.slice(name.length)) }))
    .sort((a, b) => b.version - a.version);
}
