import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import SQLite from 'better-sqlite3';
import { DATABASE } from './copies.ts';
import { putInPlace, syncFolder } from './private-copy.ts';

/** What goes with the database: its log and its index of that, and the tool's key, which only that database knows. */
const COMPANIONS = [`${DATABASE}-wal`, `${DATABASE}-shm`, 'encoderctl.key'];

/**
 * Puts the database in `draft`, a file on the same disk that nobody else has and that was found sound, in the place of that of the state
 * folder, and keeps what was there in `kept`, a folder that it makes. Hold the lock of the state folder meanwhile.
 * A power cut in the middle leaves the one or the other database in place, and never none: what is there is linked under a second name
 * first. Throws what the system throws; then what was there is there, or in `kept`.
 */
export function putBack(stateDir: string, draft: string, kept: string): void {
  const database = join(stateDir, DATABASE);
  mkdirSync(kept, { mode: 0o700 });
  closeLog(database);
  for (const name of [DATABASE, ...COMPANIONS]) {
    const path = join(stateDir, name);
    if (existsSync(path)) linkSync(path, join(kept, name));
  }
  syncFolder(kept);
  syncFolder(stateDir);
  // A log that stayed would be played into the other database.
  for (const name of COMPANIONS) rmSync(join(stateDir, name), { force: true });
  syncFolder(stateDir);
  putInPlace(draft, database);
}

/** Moves the database of a state folder, with what goes with it, into the folder `kept`, which is there. Hold the lock of the state folder meanwhile. */
export function setAside(stateDir: string, kept: string): void {
  closeLog(join(stateDir, DATABASE));
  for (const name of [DATABASE, ...COMPANIONS]) {
    const path = join(stateDir, name);
    if (existsSync(path)) renameSync(path, join(kept, basename(path)));
  }
  syncFolder(kept);
  syncFolder(stateDir);
}

/** Takes what is in the log over into the file, so that the file alone is all of it; a damaged one stays as it is, with its log. */
function closeLog(database: string): void {
  if (!existsSync(database)) return;
  try {
    const file = new SQLite(database, { fileMustExist: true });
    try {
      file.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof SQLite.SqliteError)) throw error;
  }
}
