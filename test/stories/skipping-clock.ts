import { type Clock, systemClock } from '../../src/clock.ts';

/** The system's clock, which a test may set forward. */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  #skip = new AbortController();

  now(): number {
    return systemClock.now() + this.#skippedMs;
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
      const skipped = this.#skip.signal;
      await systemClock.until(atMs - this.#skippedMs, AbortSignal.any([signal, skipped])).catch(() => {});
      signal.throwIfAborted();
    }
  }
}
