import { type Clock, systemClock } from '../../src/clock.ts';

/** A clock that goes slowly, so that what people are given a grace for does not run out on a busy machine, and that a test may set forward. */
export class SkippingClock implements Clock {
  /** How much slower than the system's. */
  readonly #slowness: number;
  readonly #startedAt = systemClock.now();
  #skippedMs = 0;
  #skip = new AbortController();

  constructor(slowness: number) {
    this.#slowness = slowness;
  }

  now(): number {
    const passedMs = (systemClock.now() - this.#startedAt) / this.#slowness;
    return Math.floor(this.#startedAt + passedMs + this.#skippedMs);
  }

  /** Wakes whoever waits for a time that has come by this. */
  pass(milliseconds: number): void {
    this.#skippedMs += milliseconds;
    const skip = this.#skip;
    this.#skip = new AbortController();
    skip.abort();
  }

  async until(atMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.now() < atMs) {
      const wakesAt = systemClock.now() + (atMs - this.now()) * this.#slowness;
      const woken = AbortSignal.any([signal, this.#skip.signal]);
      await systemClock.until(wakesAt, woken).catch(() => {});
      signal.throwIfAborted();
    }
  }
}
