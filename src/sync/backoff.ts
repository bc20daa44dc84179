/** The shortest and the longest that is waited after a failure, milliseconds. */
const SHORTEST_MS = 1000;
const LONGEST_MS = 300_000;

/** After how many failures in a row only one call at a time tries whether it works again. */
export const BREAKS_AFTER = 5;

/**
 * How long to wait after so many failures in a row, milliseconds: anything from 1 s to 2, 4, 8, ... s, at most 5 min. `chance` (at least 0,
 * less than 1) says where in between, so that desks which lost the same backend do not all come back at once.
 */
export function waitMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 16));
  return Math.round(SHORTEST_MS + chance * (longest - SHORTEST_MS));
}

/** Counts failures in a row, and says when to try again. Calls that were under way together fail as one. */
export class Backoff {
  readonly #chance: () => number;
  #failures = 0;
  #failedAt = 0;
  #retryAt = 0;
  /** Until when it asked to be left alone: also a success of a call that began before does not change that. */
  #leftAloneUntil = 0;
  #round = 0;

  /** `chance` gives at least 0, less than 1. */
  constructor(chance: () => number = Math.random) {
    this.#chance = chance;
  }

  /** How many failures there were in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** From when on it may be tried, milliseconds since 1970; 0: at any time. */
  get retryAt(): number {
    return Math.max(this.#retryAt, this.#leftAloneUntil);
  }

  /** Whether only one may try. */
  get isBroken(): boolean {
    return this.#failures >= BREAKS_AFTER;
  }

  /** Hand it to `failed` when a call that begins now has failed. */
  get round(): number {
    return this.#round;
  }

  /** Whether it may be tried; also when the clock was set back to before the failure. */
  mayTry(now: number): boolean {
    return now >= this.retryAt || now < this.#failedAt;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** `atLeastMs`: how long whoever failed asked to be left alone. */
  failed(round: number, now: number, atLeastMs = 0): void {
    this.#failedAt = now;
    if (round === this.#round) {
      this.#round += 1;
      this.#failures += 1;
      this.#retryAt = now + waitMs(this.#failures, this.#chance());
    }
    if (atLeastMs > 0) this.#leftAloneUntil = now + atLeastMs;
  }

  /** Lets it be tried at once. */
  wake(): void {
    this.#retryAt = 0;
    this.#leftAloneUntil = 0;
  }
}
