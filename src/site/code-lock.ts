import type { Store } from '../store/store.ts';

interface WrongCodes {
  readonly times: readonly number[];
  readonly lockedUntil: number | null;
}

/** Takes no code for a while after too many wrong ones, so that nobody finds one by trying. */
export class CodeLock {
  readonly #most: number;
  readonly #withinMs: number;
  /** Of each store that is open here: in memory, since a restart takes longer than a guess. */
  readonly #wrong = new WeakMap<Store, WrongCodes>();

  /** `most` wrong codes within `withinMs` lock for as long. */
  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** For how long no code is taken, milliseconds; 0: one is. */
  lockedForMs(store: Store, now: number): number {
    const lockedUntil = this.#wrong.get(store)?.lockedUntil ?? null;
    if (lockedUntil === null) return 0;
    // A lock that ends later than it could was set by a clock that has been set back since.
    if (now < lockedUntil && lockedUntil <= now + this.#withinMs) return lockedUntil - now;
    this.#wrong.delete(store);
    return 0;
  }

  /** Notes a wrong code. */
  note(store: Store, now: number): void {
    const before = this.#wrong.get(store)?.times ?? [];
    const times = [...before.filter((at) => at > now - this.#withinMs && at <= now), now];
    const isLocked = times.length >= this.#most;
    this.#wrong.set(store, {
      times: isLocked ? [] : times,
      lockedUntil: isLocked ? now + this.#withinMs : null,
    });
  }
}
