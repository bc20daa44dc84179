import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import SQLite from 'better-sqlite3';
import type { CopyOrder, CopyVerdict } from './copies.ts';
import { problemsOf } from './problems.ts';

/** How many pages are copied at once, and for how long the disk is left to others then, milliseconds. */
const PAGES = 256;
const REST_MS = 5;

/*
 * The thread that copies a database (copies.ts). It holds one read transaction from beginning to end: SQLite would begin the copy anew with
 * each write of somebody else (https://sqlite.org/c3ref/backup_finish.html), and a desk that writes all the time would never have one.
 */
async function copy({ database, draft, isStopped }: CopyOrder): Promise<CopyVerdict> {
  requireWanted(isStopped);
  const source = new SQLite(database, { readonly: true, fileMustExist: true });
  try {
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await inSteps(source, draft, isStopped);
  } catch (error) {
    if (!(error instanceof SQLite.SqliteError) || !/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) throw error;
    return { problems: [error.message] };
  } finally {
    source.close();
  }
  requireWanted(isStopped);
  const own = new SQLite(draft);
  // One file, which can be carried about and put back as it is.
  own.pragma('journal_mode = DELETE');
  own.close();
  return { problems: problemsOf(draft, 'quick') };
}

/**
 * Each piece is on the disk before the next one: a file system that orders what it writes (ext4) would let the commits of others wait for all
 * of it. better-sqlite3 takes the next step at once, so that the rest between two is part of the one before.
 */
async function inSteps(
  source: SQLite.Database,
  draft: string,
  isStopped: CopyOrder['isStopped'],
): Promise<void> {
  closeSync(openSync(draft, 'wx', 0o600));
  const file = openSync(draft, 'r+');
  try {
    await source.backup(draft, {
      progress: () => {
        fdatasyncSync(file);
        Atomics.wait(isStopped, 0, 0, REST_MS);
        requireWanted(isStopped);
        return PAGES;
      },
    });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function requireWanted(isStopped: CopyOrder['isStopped']): void {
  if (Atomics.load(isStopped, 0) === 1) throw new Error('The copy is no longer wanted.');
}

const order: CopyOrder = workerData;
parentPort?.postMessage(await copy(order));
