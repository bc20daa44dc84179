import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type SQLite from 'better-sqlite3';
import { NewerDatabaseError } from '../errors.ts';
import { keepBefore, pathBefore } from './before-migration.ts';

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/** The files in their order; a database is at the version that says how many of them it has gone through. */
const migrations = (): readonly string[] =>
  readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();

/**
 * Brings an open database to the newest version, in one transaction, and keeps beside it what it was before.
 * Throws NewerDatabaseError for one of a newer daemon.
 */
export function migrate(file: SQLite.Database, path: string): void {
  const names = migrations();
  file
    .transaction(() => {
      const done = Number(file.pragma('user_version', { simple: true }));
      if (done > names.length) throw new NewerDatabaseError(done, names.length, cureFor(path, names.length));
      if (done === names.length) return;
      if (done > 0) keepBefore(path, done);
      const lostBefore = rowsThatNameNothing(file);
      for (const name of names.slice(done)) file.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
      const lost = rowsThatNameNothing(file) - lostBefore;
      if (lost > 0) throw new Error(`The migration would leave ${lost} rows that name what is gone.`);
      file.pragma(`user_version = ${names.length}`);
    })
    .immediate();
}

function cureFor(path: string, known: number): string {
  const kept = pathBefore(path, known);
  return `Install the newer encoderd again, or restore a backup from before it${existsSync(kept) ? `: encoderctl restore ${kept}` : ''}.`;
}

/** How many rows break a foreign key, which nothing enforces while a migration runs. */
function rowsThatNameNothing(file: SQLite.Database): number {
  return Number(file.prepare('SELECT count(*) FROM pragma_foreign_key_check').pluck().get());
}
