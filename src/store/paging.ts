/** Part of a list, in the order in which its rows were made. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next part begins; null: this is the last. It survives inserts. */
  readonly nextAfter: Cursor | null;
}

/**
 * The row that a page begins behind: its sequence, or, where a list goes by time, its time and its sequence, since rows may be made
 * while the clock is set back. It holds also when the row is gone.
 */
export type Cursor = number | TimeCursor;

export interface TimeCursor {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly sequence: number;
}

export interface PageRequest {
  /** From `Page.nextAfter`; 0 for the beginning. */
  readonly after: Cursor;
  readonly limit: number;
  /** How many rows to leave out first; 0 unless said. */
  readonly offset?: number;
}

/** The one page that has every row. */
export const EVERY_ROW: PageRequest = { after: 0, limit: Number.MAX_SAFE_INTEGER - 1 };
