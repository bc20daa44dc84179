import type { Clock } from '../clock.ts';

/** The largest body of a request, bytes; WebSocket frames have the same limit. */
export const MAX_BODY_BYTES = 64 * 1024;

/** At so many buckets, and at each multiple, full ones go. */
const FORGET_EVERY = 1000;

export interface RateLimit {
  /** How many requests a second may go on for ever. */
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** Counts requests by who makes them: a token bucket each. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes one request of `who`. Returns after how many seconds to try again; 0: go on. */
  take(who: string): number {
    const now = this.#clock.now();
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(who) ?? this.#newBucket(now);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(who, bucket);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  /** Client sessions come and go: from time to time, those who have not asked for long are forgotten. */
  #newBucket(now: number): { tokens: number; at: number } {
    const { perSecond, burst } = this.#limit;
    if (this.#buckets.size % FORGET_EVERY === FORGET_EVERY - 1) {
      for (const [who, { tokens, at }] of this.#buckets) {
        if (tokens + ((now - at) / 1000) * perSecond >= burst) this.#buckets.delete(who);
      }
    }
    return { tokens: burst, at: now };
  }
}
