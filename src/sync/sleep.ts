import type { Clock } from '../clock.ts';

/** The longest sleep, milliseconds: a computer that was suspended may have slept through the time. */
const LONGEST_MS = 60_000;

/** One for all: without a reason, each abort makes a DOMException with its stack. */
const WOKEN = new Error('somebody woke it');

/** A sleep that somebody may end. A wake when nobody sleeps ends the next sleep at once. */
export class Sleep {
  readonly #clock: Clock;
  #wake = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#wake.abort(WOKEN);
  }

  /** Until `atMs` (milliseconds since 1970; null: for long), or a minute, or somebody wakes it. Rejects with `signal.reason`. */
  async until(atMs: number | null, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const latest = this.#clock.now() + LONGEST_MS;
    const wake = this.#wake;
    const stop = () => wake.abort(WOKEN);
    signal.addEventListener('abort', stop, { once: true });
    await this.#clock.until(Math.min(atMs ?? latest, latest), wake.signal).catch(() => {});
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (wake.signal.aborted) this.#wake = new AbortController();
  }
}
