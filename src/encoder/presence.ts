/** How far back losses are counted, milliseconds. */
const COUNTED_MS = 24 * 60 * 60 * 1000;

/** How steadily an encoder has been attached since the daemon started. */
export interface Steadiness {
  /** Since when it is attached, or since when it is not; milliseconds since 1970. Null: it was not seen since the daemon started. */
  readonly since: number | null;
  /** How often it left in the last 24 hours. */
  readonly lostCount: number;
}

/** Notes when encoders come and go. */
export class Presence {
  readonly #since = new Map<string, number>();
  readonly #losses = new Map<string, number[]>();

  arrived(id: string, now: number): void {
    this.#since.set(id, now);
  }

  left(id: string, now: number): void {
    this.#since.set(id, now);
    this.#losses.set(id, [...this.#recentLosses(id, now), now]);
  }

  of(id: string, now: number): Steadiness {
    return { since: this.#since.get(id) ?? null, lostCount: this.#recentLosses(id, now).length };
  }

  #recentLosses(id: string, now: number): readonly number[] {
    return (this.#losses.get(id) ?? []).filter((at) => at > now - COUNTED_MS);
  }
}
