import type { Delivery } from './webhook.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * How long after each failure it is sent again, milliseconds; after one more it is given up. This is Svix's schedule, which is Seam's
 * (https://docs.svix.com/retries).
 */
export const RETRY_AFTER_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
];

/** The largest part of a wait that is added to it, so that what failed together does not come back together. */
export const MOST_JITTER = 0.1;

/** What came of sending a delivery once. */
export interface Sending {
  /** The HTTP status that came back; null: none did. */
  readonly status: number | null;
  /** Why it was not taken, in a sentence; null: it was. */
  readonly problem: string | null;
}

/** A delivery that nobody has sent yet. */
export function newDelivery(
  ids: Pick<Delivery, 'id' | 'webhookId' | 'eventId'>,
  createdAt: number,
): Delivery {
  return {
    ...ids,
    state: 'pending',
    attempts: 0,
    nextAttemptAt: createdAt,
    lastAttemptAt: null,
    lastStatus: null,
    lastError: null,
    createdAt,
  };
}

/** The delivery after it was sent. `chance` is at least 0 and less than 1. */
export function afterSending(
  delivery: Delivery,
  { status, problem }: Sending,
  now: number,
  chance: number,
): Delivery {
  const attempts = delivery.attempts + 1;
  const sent = { ...delivery, attempts, lastAttemptAt: now, lastStatus: status, lastError: problem };
  if (problem === null) return { ...sent, state: 'delivered', nextAttemptAt: null };
  const wait = RETRY_AFTER_MS[attempts - 1];
  return wait === undefined
    ? { ...sent, state: 'given_up', nextAttemptAt: null }
    : { ...sent, state: 'pending', nextAttemptAt: now + wait + Math.floor(wait * MOST_JITTER * chance) };
}

/** The delivery as if nobody had sent it yet, but for what came of it last. */
export function replayed(delivery: Delivery, now: number): Delivery {
  return { ...delivery, state: 'pending', attempts: 0, nextAttemptAt: now };
}
