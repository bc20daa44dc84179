import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import { StorageError } from '../store/errors.ts';
import { forgetAuditBefore } from './audit-retention.ts';
import { logAuditHead } from './daemon-runs.ts';
import type { Site } from './site.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long messages are kept that the backend took, in case it forgets them; and what was said to desks, in case they ask again, and what of
 * this site is gone, for desks that were away meanwhile.
 */
const KEPT_MESSAGES_DAYS = 30;
const KEPT_VERDICTS_DAYS = 90;
const KEPT_GONE_DAYS = 90;

/** How many rows one transaction forgets: others wait for it for a few milliseconds. */
const BATCH = 200;

/** Entries of the audit log are in one table with one index. */
const AUDIT_BATCH = 1000;

/** How long what is over is kept, days. */
export interface KeptFor {
  readonly days: number;
  readonly auditDays: number;
}

/** The daemon stops. */
class Stopped extends Error {}

/**
 * Forgets, now and every hour, what is over for longer than `kept.days`: events with their deliveries to webhooks, attempts and client
 * sessions; pages that asked to be paired and had no answer; and what has long been told to a backend, answered to desks, or is gone; and old entries of the audit log,
 * whose last one it hands to the log once a day. Nothing that somebody still waits for is forgotten.
 */
export function forgetByAndBy(site: Site, kept: KeptFor, log: Logger): AsyncDisposable {
  const stop = new AbortController();
  const done = forgetEveryHour(site, kept, log, stop.signal).catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error;
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Stopped());
      await done;
    },
  };
}

async function forgetEveryHour(site: Site, kept: KeptFor, log: Logger, signal: AbortSignal): Promise<void> {
  let headLoggedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const began = site.clock.now();
    try {
      const forgotten =
        (await forgetBefore(site, began - kept.days * DAY_MS, signal)) +
        (await forgetSynced(site, began, signal)) +
        site.store.pagePairings.forgetExpired(began) +
        (await forgetAudit(site, began - kept.auditDays * DAY_MS, signal));
      if (forgotten > 0)
        log.info({ rows: forgotten, kept_days: kept.days }, 'what is over for long was forgotten');
      if (Math.abs(began - headLoggedAt) >= DAY_MS) {
        logAuditHead(site, log);
        headLoggedAt = began;
      }
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
  return await forgetRows(
    [store.events, store.attempts, store.clientSessions].map(
      (table) => (most) => table.forgetBefore(at, most),
    ),
    signal,
  );
}

/** Forgets what was told to a backend, or said to a desk, so long before `now` (milliseconds since 1970) that nobody asks for it again. */
async function forgetSynced(
  { store }: Pick<Site, 'store'>,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  return await forgetRows(
    [
      (most) => store.outbox.forgetBefore(now - KEPT_MESSAGES_DAYS * DAY_MS, most),
      (most) => store.pairedDesks.forgetBefore(now - KEPT_VERDICTS_DAYS * DAY_MS, most),
      (most) => store.feed.forgetGoneBefore(now - KEPT_GONE_DAYS * DAY_MS, most),
    ],
    signal,
  );
}

/** Forgets entries of the audit log from before the day of `at`, milliseconds since 1970. */
async function forgetAudit(site: Site, at: number, signal: AbortSignal): Promise<number> {
  return await forgetRows([(most) => forgetAuditBefore(site, at, most)], signal, AUDIT_BATCH);
}

/** Each forgets up to so many rows, and says how many those were. */
async function forgetRows(
  tables: readonly ((most: number) => number)[],
  signal: AbortSignal,
  batch = BATCH,
): Promise<number> {
  let forgotten = 0;
  for (const forget of tables) {
    for (let count = batch; count === batch; forgotten += count) {
      await nextTurn();
      signal.throwIfAborted();
      count = forget(batch);
    }
  }
  return forgotten;
}
