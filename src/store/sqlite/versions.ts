import { readdirSync } from 'node:fs';
import SQLite from 'better-sqlite3';

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/** The newest version of the database that this encoderd knows. */
export function knownVersion(): number {
  return readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).length;
}

/** The version of a database file, which is left as it is: the number of its last migration. Throws when it is no database, or cannot be read. */
export function versionOf(path: string): number {
  const file = new SQLite(path, { readonly: true, fileMustExist: true });
  try {
    return Number(file.pragma('user_version', { simple: true }));
  } finally {
    file.close();
  }
}
