import { closeSync, openSync, readSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { StorageError } from '../errors.ts';
import { addSqlFunctions } from './sql-functions.ts';

/** How many problems are told: with one there are often thousands. */
const MOST_PROBLEMS = 20;

/** As every database file begins (https://sqlite.org/fileformat2.html#the_database_header). */
const HEADER = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const USER_VERSION_AT = 60;

/** How much is looked at. `quick` does not compare indexes with their tables, which takes as long again. */
export type Depth = 'quick' | 'whole';

/**
 * What is wrong with a database file, in SQLite's words; empty: nothing. Reads all of it and changes nothing: some seconds for 100,000 cards.
 * Throws StorageError when the disk does not give it, or there is none.
 */
export function problemsOf(path: string, depth: Depth = 'whole'): readonly string[] {
  try {
    const file = new SQLite(path, { readonly: true, fileMustExist: true });
    try {
      addSqlFunctions(file);
      return problemsIn(file, depth);
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // One that cannot even be asked is damaged, too; any other refusal is the disk's.
    if (error instanceof SQLite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) {
      return [error.message];
    }
    throw new StorageError(`${path} cannot be read: ${error.message}`, { cause: error });
  }
}

function problemsIn(file: SQLite.Database, depth: Depth): readonly string[] {
  const check = depth === 'quick' ? 'quick_check' : 'integrity_check';
  const damages = file
    .prepare<[], string>(`PRAGMA ${check}(${MOST_PROBLEMS})`)
    .pluck()
    .all()
    .filter((text) => text !== 'ok');
  const lost = file
    .prepare<[], { readonly child: string; readonly parent: string; readonly count: number }>(
      'SELECT "table" AS child, parent, count(*) AS count FROM pragma_foreign_key_check GROUP BY 1, 2',
    )
    .all();
  return [
    ...damages,
    ...lost.map(({ child, parent, count }) => `rows of ${child} that name none of ${parent}: ${count}`),
  ];
}

/** The version that a closed database file says it has, without opening it; null: it is no such file. Throws what the system throws where there is none. */
export function versionInHeader(path: string): number | null {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    const isWhole = readSync(file, header, 0, HEADER_BYTES, 0) === HEADER_BYTES;
    if (!isWhole || header.toString('latin1', 0, HEADER.length) !== HEADER) return null;
    return header.readUInt32BE(USER_VERSION_AT);
  } finally {
    closeSync(file);
  }
}
