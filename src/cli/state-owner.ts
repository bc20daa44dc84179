import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { pathsIn } from '../store/state-paths.ts';
import { CommandError, EXIT } from './terminal.ts';

/**
 * Works on the state folder as whom it belongs to: what root makes there could not be used by the daemon. Whoever is not root works as
 * what they are. Files that are open already stay usable.
 */
export async function asOwnerOf<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  const owner = statSync(stateDir, { throwIfNoEntry: false });
  if (process.geteuid?.() !== 0 || owner === undefined || owner.uid === 0) return await work();
  const group = process.getegid?.() ?? 0;
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
  }
}

/**
 * Gives whom the state folder belongs to what root left in it: the daemon could not write it. A file with a second name stays: that one may
 * be root's own elsewhere. Whoever is not root does nothing, and so do systems without /proc.
 */
export function giveToOwner(stateDir: string): void {
  const owner = statSync(stateDir, { throwIfNoEntry: false });
  if (process.geteuid?.() !== 0 || process.platform !== 'linux') return;
  if (owner === undefined || owner.uid === 0) return;
  for (const path of pathsIn(realpathSync(stateDir))) giveOne(path, owner);
}

function giveOne(path: string, owner: Stats): void {
  const isLeft = (found: Stats | undefined) =>
    found?.uid === 0 &&
    found.dev === owner.dev &&
    (found.isDirectory() || (found.isFile() && found.nlink === 1));
  if (!isLeft(lstatSync(path, { throwIfNoEntry: false }))) return;
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return;
  }
  try {
    // What is open now, wherever a link in the way may have led (proc_pid_fd(5)).
    const isHere = readlinkSync(`/proc/self/fd/${file}`) === path;
    if (isHere && isLeft(fstatSync(file))) fchownSync(file, owner.uid, owner.gid);
  } catch (error) {
    // A disk that has failed: what is on it stays as it is (chown(2), EROFS).
    if (!(error instanceof Error && 'code' in error && error.code === 'EROFS')) throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Makes a new file of mode 0600 where a person wants it, has `write` fill it, and removes it again if that fails. It belongs to who asked for it, also by
 * sudo. Throws CommandError where there is one already, none can be made, or the disk does not take all of it.
 */
export async function fillNewFile<T>(path: string, write: (file: number) => Promise<T>): Promise<T> {
  const file = openNew(path);
  try {
    const result = await write(file);
    giveToCaller(path);
    return result;
  } catch (error) {
    rmSync(path, { force: true });
    throw isRefusedWrite(error) ? fileProblem(path, error) : error;
  } finally {
    closeSync(file);
  }
}

/** Whether the system did not take what was written into an open file: only then has its refusal no path. */
const isRefusedWrite = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  !('path' in error) &&
  (error.syscall === 'write' || error.syscall === 'fsync');

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** What is in the way of a file, in words. */
export function fileProblem(path: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' ? PROBLEMS[code] : undefined;
  const detail = error instanceof Error ? error.message : String(error);
  return new CommandError(known?.(path) ?? `The file ${path} cannot be used: ${detail}.`, EXIT.unavailable);
}

/** By the system's word for it (POSIX errno). */
const PROBLEMS: Readonly<Record<string, (path: string) => string>> = {
  EEXIST: (path) => `There is a file ${path} already, and it is left as it is. Name a new one.`,
  ENOENT: (path) => `There is no file ${path}, or no folder where it should be.`,
  EISDIR: (path) => `${path} is a folder. Name a file.`,
  EACCES: (path) => `You may not use the file ${path}, or the folder that it is in.`,
  ENOSPC: (path) =>
    `The disk of ${path} is full. Nothing was left on it: make room, or name a file on another one.`,
  EDQUOT: (path) => `Your share of the disk of ${path} is full: make room, or name a file on another one.`,
  EFBIG: (path) => `The file ${path} would become larger than its disk, or the limits of this shell, take.`,
};

/** With sudo it is that person's: a technician can carry it away. */
function giveToCaller(path: string): void {
  const [uid, gid] = [process.env['SUDO_UID'], process.env['SUDO_GID']].map(Number);
  if (process.geteuid?.() !== 0 || !Number.isInteger(uid) || !Number.isInteger(gid)) return;
  chownSync(path, uid ?? 0, gid ?? 0);
}
