import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';

/** After how much work others may have the file, milliseconds: a command that waits for it may wait so long. */
const BUSY_FOR_MS = 100;

/** For which part of the time others have it. In the end, whoever waits for the file looks every 100 ms only (SQLite's busy handler): a short gap would be missed. */
const REST_PART = 0.1;

/**
 * Pieces of work on the store, one after the other: in between, all else in this process has its turn, and, now and then by real time, so have other
 * processes with the file, which would wait for it in vain for as long as one transaction follows the other.
 */
export class Turns {
  /** How long the file was in use, without the time that made up for it. */
  #busyMs = 0;
  #freeSince: number;
  readonly #clock: Clock;

  /** By real time, unless said otherwise: another process does not know this one's. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#freeSince = clock.now();
  }

  /** What `work` resolves with, once it is its turn. Rejects with `signal.reason` instead of beginning, and with what `work` rejects with. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await nextTurn();
    signal.throwIfAborted();
    await this.#rest(signal);
    const began = this.#clock.now();
    try {
      return await work();
    } finally {
      this.#freeSince = this.#clock.now();
      this.#busyMs += Math.max(0, this.#freeSince - began);
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const restedMs = Math.max(0, this.#clock.now() - this.#freeSince);
    this.#busyMs = Math.max(0, this.#busyMs - restedMs / REST_PART);
    if (this.#busyMs < BUSY_FOR_MS) return;
    await this.#clock.until(this.#clock.now() + this.#busyMs * REST_PART, signal);
    this.#busyMs = 0;
  }
}
