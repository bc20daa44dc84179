import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StorageError } from '../../store/errors.ts';
import { lockState } from '../../store/sqlite/state-lock.ts';
import { asOwnerOf } from '../state-owner.ts';
import { CommandError, EXIT } from '../terminal.ts';

const UNIT = 'encoderd.service';

/** What came of the work, and what a person is to know of the daemon. */
export interface Stopped<T> {
  readonly result: T;
  readonly daemon: string;
}

/**
 * Does `work` while no daemon runs on the state folder, and none can start on it. Root stops the service for that, and starts it again
 * afterwards, also when the work failed; anybody else must stop the daemon first, or CommandError says so.
 */
export async function whileStopped<T>(stateDir: string, work: () => Promise<T>): Promise<Stopped<T>> {
  const isLocked = await asOwnerOf(stateDir, async () => isHeld(stateDir));
  const isStopped = isLocked && stopService(stateDir);
  try {
    const result = await asOwnerOf(stateDir, async () => {
      using _lock = lockOf(stateDir);
      return await onDisk(stateDir, work);
    });
    const daemon = isStopped
      ? 'The daemon was stopped for this, and is started again.'
      : 'No daemon was running: start it (with systemd: sudo systemctl start encoderd).';
    return { result, daemon };
  } finally {
    if (isStopped) systemctl('start', UNIT);
  }
}

/** What the disk does not do is told as such. */
export async function onDisk<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfTheDisk = error instanceof StorageError || (error instanceof Error && 'syscall' in error);
    if (!isOfTheDisk) throw error;
    throw new CommandError(
      `The state folder ${stateDir} cannot be used: ${error.message}.`,
      EXIT.unavailable,
    );
  }
}

function isHeld(stateDir: string): boolean {
  try {
    lockOf(stateDir)[Symbol.dispose]();
    return false;
  } catch {
    return true;
  }
}

function lockOf(stateDir: string): Disposable {
  try {
    return lockState(join(stateDir, 'lock'));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${detail} ${howToStop(stateDir)}`, EXIT.unavailable);
  }
}

/** What a person can do that this command could not. */
function howToStop(stateDir: string): string {
  const pid = runningPid(stateDir);
  const byHand =
    pid === null ? 'Stop its process, and try again.' : `Stop process ${pid} (kill ${pid}), and try again.`;
  if (process.geteuid?.() === 0)
    return `It is not the service of systemd: root stops that by itself. ${byHand}`;
  return `As a service: this command with sudo, which stops it and starts it again. Else: ${byHand}`;
}

/** Whether the daemon on this folder was the system's service, and is stopped now. */
function stopService(stateDir: string): boolean {
  if (process.geteuid?.() !== 0) return false;
  const pid = systemctl('show', '--property=MainPID', '--value', UNIT);
  if (pid === null || pid === '0' || Number(pid) !== runningPid(stateDir)) return false;
  return systemctl('stop', UNIT) !== null;
}

function runningPid(stateDir: string): number | null {
  try {
    const found: unknown = JSON.parse(readFileSync(join(stateDir, 'daemon.json'), 'utf8'));
    return z.object({ pid: z.int() }).parse(found).pid;
  } catch {
    return null;
  }
}

/** What systemctl said; null: it failed, or there is none. */
function systemctl(...words: readonly string[]): string | null {
  try {
    return execFileSync('systemctl', words, {
      encoding: 'utf8',
      // What it says of a computer without systemd is of no use to anybody.
      stdio: ['ignore', 'pipe', words[0] === 'show' ? 'ignore' : 'inherit'],
    }).trim();
  } catch {
    return null;
  }
}
