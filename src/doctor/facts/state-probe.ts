import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf } from '../../store/sqlite/problems.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { knownVersion, versionOf } from '../../store/sqlite/versions.ts';

/*
 * A program: looks at the state folder that its first word names, as the folder's owner, and tells as JSON on standard output what it found. It changes nothing
 * but for a file that it writes and takes away again. Without a second word it tells what is quick: `{"writing", "version", "knownVersion", "backend"}`; with
 * `whole` it reads the whole database and tells `{"problems"}`, which takes its time.
 */

/** What a desk writes for one card fits in. */
const TRIAL_BYTES = 65_536;

/** A database from here on is not compared with its indexes, which would take too long. */
const LARGE_BYTES = 100_000_000;

const [stateDir = '', depth = 'quick'] = process.argv.slice(2);
const path = join(stateDir, 'encoderd.db');

/** Why nothing can be written there, as the system says it: `ENOSPC: no space left on device, write`; null: it can. */
function writing(): string | null {
  const file = join(stateDir, `.doctor-${process.pid}`);
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      // A short write is a full disk that has some bytes left.
      const written = writeSync(descriptor, Buffer.alloc(TRIAL_BYTES));
      if (written < TRIAL_BYTES) writeSync(descriptor, Buffer.alloc(TRIAL_BYTES - written));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
      rmSync(file, { force: true });
    }
    return null;
  } catch (error) {
    return said(error);
  }
}

/** What the store says of the backend; it is not opened where that would change it, or where nothing can be written. */
function backend(canWrite: boolean): object | null {
  if (!canWrite || versionOf(path) !== knownVersion()) return null;
  using store = openSqliteStore(path);
  const link = store.backend.read();
  return link === null ? null : { endpoint: link.endpoint, isPaired: link.isPaired, apiKey: link.apiKey };
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function look(): object {
  const why = writing();
  const nothing = { writing: why, knownVersion: knownVersion(), version: null, backend: null };
  if (!existsSync(path)) return nothing;
  try {
    return { ...nothing, version: versionOf(path), backend: backend(why === null) };
  } catch {
    // What is wrong with it, the other question tells.
    return nothing;
  }
}

function problems(): readonly string[] {
  if (!existsSync(path)) return [];
  return problemsOf(path, statSync(path).size > LARGE_BYTES ? 'quick' : 'whole');
}

try {
  process.stdout.write(`${JSON.stringify(depth === 'whole' ? { problems: problems() } : look())}\n`);
} catch (error) {
  process.stderr.write(`${said(error)}\n`);
  process.exitCode = 1;
}
