import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import { StorageError } from '../store/errors.ts';
import type { Site } from './site.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How many rows one transaction forgets: others wait for it for a few milliseconds. */
const BATCH = 200;

/** The daemon stops. */
class Stopped extends Error {}

/**
 * Forgets, now and every hour, what is over for longer than `keptDays`: events with their deliveries to webhooks, attempts and client
 * sessions. Nothing that somebody still waits for is forgotten.
 */
export function forgetByAndBy(site: Site, keptDays: number, log: Logger): AsyncDisposable {
  const stop = new AbortController();
  const done = forgetEveryHour(site, keptDays, log, stop.signal).catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error;
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Stopped());
      await done;
    },
  };
}

async function forgetEveryHour(
  site: Site,
  keptDays: number,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const began = site.clock.now();
    try {
      const forgotten = await forgetBefore(site, began - keptDays * DAY_MS, signal);
      if (forgotten > 0)
        log.info({ rows: forgotten, kept_days: keptDays }, 'what is over for long was forgotten');
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      log.error({ err: error }, 'the disk does not serve: what is over for long is forgotten in an hour');
    }
    await site.clock.until(began + HOUR_MS, signal);
  }
}

/**
 * Forgets what is over since before `at` (milliseconds since 1970), in small transactions between which others have their turn. Resolves
 * with how many rows that were; rejects with `signal.reason`.
 */
export async function forgetBefore(
  { store }: Pick<Site, 'store'>,
  at: number,
  signal: AbortSignal,
): Promise<number> {
  let forgotten = 0;
  for (const table of [store.events, store.attempts, store.clientSessions]) {
    for (let count = BATCH; count === BATCH; forgotten += count) {
      await nextTurn();
      signal.throwIfAborted();
      count = table.forgetBefore(at, BATCH);
    }
  }
  return forgotten;
}
