import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until a test moves its hands. */
export class HandClock implements Clock {
  #now = Date.parse('2026-03-29T00:59:00Z');
  readonly #waiting = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  /** Moves on, and wakes whoever waits for a time that has come. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const look of [...this.#waiting]) look();
  }

  until(atMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', stop);
        finish();
      };
      const look = () => {
        if (this.#now >= atMs) settle(resolve);
      };
      const stop = () => settle(() => reject(signal.reason));
      signal.throwIfAborted();
      this.#waiting.add(look);
      signal.addEventListener('abort', stop, { once: true });
      look();
    });
  }
}
