import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { DamagedError, StorageError } from '../errors.ts';
import { takeCopy } from './copies.ts';

/** How long a desk that has just started is left alone: it has readers to find and attempts to take up. */
const QUIET_MS = 5000;

const DAY_MS = 86_400_000;

/** When the disk did not serve, it is tried again after this time, milliseconds. */
const RETRY_MS = 3_600_000;

/** The daemon stops. */
class Stopped extends Error {}

/**
 * Takes a copy of the database soon after a start, and then once a day (copies.ts). `onDamage` is told when the database is not sound; then
 * there are no more copies, and those that are kept stay. Dispose of what comes back before the database is closed.
 */
export function copyDaily(
  stateDir: string,
  clock: Clock,
  log: Logger,
  onDamage: (damage: DamagedError) => void,
): AsyncDisposable {
  const stop = new AbortController();
  const done = copyEveryDay(stateDir, clock, log, stop.signal).catch((error: unknown) => {
    if (error instanceof DamagedError) onDamage(error);
    else if (!(error instanceof Stopped)) throw error;
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Stopped());
      await done;
    },
  };
}

async function copyEveryDay(stateDir: string, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  await clock.until(clock.now() + QUIET_MS, signal);
  for (;;) {
    const began = clock.now();
    const isKept = await copyOnce(stateDir, began, log, signal);
    await clock.until(began + (isKept ? DAY_MS : RETRY_MS), signal);
  }
}

/** Resolves with whether there is one now. */
async function copyOnce(stateDir: string, now: number, log: Logger, signal: AbortSignal): Promise<boolean> {
  try {
    const { path } = await takeCopy(stateDir, now, signal);
    log.info({ path }, 'a copy of the database was taken, and found sound');
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    log.error({ err: error }, 'no copy of the database was taken: it is tried again in an hour');
    return false;
  }
}
