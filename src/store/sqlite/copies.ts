import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DamagedError, StorageError } from '../errors.ts';
import { putInPlace } from './private-copy.ts';
import { versionInHeader } from './problems.ts';

/** How many copies are kept. */
export const KEPT_COPIES = 3;

/** The store's file in a state folder. */
export const DATABASE = 'encoderd.db';

/** The folder of the copies, in the state folder. */
export const COPIES = 'copies';

/** A copy taken sooner after the one before takes its place: a desk that starts over and over does not lose its older ones. */
const APART_MS = 3_600_000;

/** What a copy must leave free on the disk, bytes: the desk needs it more. */
const LEFT_FREE = 64 * 1024 * 1024;

/** A copy of a desk's database that was found sound when it was taken. */
export interface KeptCopy {
  readonly path: string;
  /** When it was taken, milliseconds since 1970. */
  readonly at: number;
  /** How many migrations it has gone through. */
  readonly userVersion: number;
}

/** What comes back from the thread that copies. */
export interface CopyVerdict {
  /** Empty: the copy is sound, and on the disk. */
  readonly problems: readonly string[];
}

interface NumberedCopy extends KeptCopy {
  readonly number: number;
}

/** The copies of a state folder, the last one taken first, whatever the clock said then. */
export function keptCopies(stateDir: string): readonly KeptCopy[] {
  return numbered(join(stateDir, COPIES)).map(({ path, at, userVersion }) => ({ path, at, userVersion }));
}

/**
 * Copies the database of a state folder into its folder of copies, checks the copy, and keeps the last three. Another thread does it, at its
 * leisure and from one moment's snapshot: whoever writes does not wait for it, and what is written meanwhile is not in it.
 * Rejects with DamagedError when it is not sound (then it is not kept, and nothing else is removed), with StorageError when the disk does
 * not serve or has no room, and with `signal.reason`.
 */
export async function takeCopy(stateDir: string, now: number, signal: AbortSignal): Promise<KeptCopy> {
  signal.throwIfAborted();
  const database = join(stateDir, DATABASE);
  const folder = join(stateDir, COPIES);
  return await onDisk(async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What a copy left that was not finished.
    for (const name of readdirSync(folder)) if (name.includes('.new')) rmSync(join(folder, name));
    const [newest, ...older] = numbered(folder);
    const number = (newest?.number ?? 0) + 1;
    const path = join(folder, nameOf(number, now));
    requireRoom(folder, database);
    await copyDatabase(database, `${path}.new`, signal);
    putInPlace(`${path}.new`, path);
    const isSoon = newest !== undefined && Math.abs(now - newest.at) < APART_MS;
    const before = newest === undefined || (isSoon && older.length > 0) ? older : [newest, ...older];
    const kept = new Set([path, ...before.slice(0, KEPT_COPIES - 1).map((copy) => copy.path)]);
    for (const copy of numbered(folder)) if (!kept.has(copy.path)) rmSync(copy.path, { force: true });
    return { path, at: now, userVersion: versionInHeader(path) ?? 0 };
  });
}

/**
 * Copies a database that may be in use into a new file at `draft`, in another thread, and checks the copy. It is one moment's snapshot, and
 * one file without a log. Rejects with DamagedError, StorageError, or `signal.reason`; then there is no file.
 */
export async function copyDatabase(database: string, draft: string, signal: AbortSignal): Promise<void> {
  try {
    const { problems } = await inThread({ database, draft }, signal);
    if (problems.length > 0) throw new DamagedError(database, problems);
  } catch (error) {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${rest}`, { force: true });
    throw error;
  }
}

/**
 * The thread is told to stop, and ends by itself: one that is terminated while it loads the native package takes the whole process with it
 * (Node.js 24, N-API's "Error::New napi_get_last_error_info").
 */
async function inThread(order: Omit<CopyOrder, 'isStopped'>, signal: AbortSignal): Promise<CopyVerdict> {
  const isStopped = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./copy-worker.ts', import.meta.url), {
    workerData: { ...order, isStopped } satisfies CopyOrder,
  });
  const stop = () => {
    Atomics.store(isStopped, 0, 1);
    Atomics.notify(isStopped, 0);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<CopyVerdict>((resolve, reject) => {
      let verdict: CopyVerdict | undefined;
      worker.once('message', (said: CopyVerdict) => {
        verdict = said;
      });
      worker.once('error', (error) => {
        reject(new StorageError(`The database cannot be copied: ${describe(error)}`, { cause: error }));
      });
      worker.once('exit', () => {
        if (verdict !== undefined) resolve(verdict);
        else reject(new StorageError('The database was not copied: the thread ended.'));
      });
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What the thread is to copy, and where to. */
export interface CopyOrder {
  readonly database: string;
  readonly draft: string;
  /** Of one number, shared: 1 when the copy is no longer wanted. */
  readonly isStopped: Int32Array<SharedArrayBuffer>;
}

function requireRoom(folder: string, database: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = statSync(database).size + LEFT_FREE;
  if (bavail * bsize >= needed) return;
  throw new StorageError(
    `No copy of the database was taken: it needs ${megabytes(needed)} MB on the disk of ${folder}, and ${megabytes(bavail * bsize)} MB are free.`,
  );
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);

/** As 000012-20261224T183000Z.db: a clock that was wrong does not change which is the last. */
const nameOf = (number: number, at: number): string =>
  `${String(number).padStart(6, '0')}-${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.db`;

function numbered(folder: string): readonly NumberedCopy[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const [, number, ...time] = /^(\d{6,})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/.exec(name) ?? [];
      if (number === undefined) return [];
      const [year, month, day, hour, minute, second] = time;
      const path = join(folder, name);
      const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return [{ path, at, number: Number(number), userVersion: versionInHeader(path) ?? 0 }];
    })
    .sort((a, b) => b.number - a.number);
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfTheSystem = error instanceof Error && 'syscall' in error;
    throw isOfTheSystem ? new StorageError(`No copy was taken: ${error.message}`, { cause: error }) : error;
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
