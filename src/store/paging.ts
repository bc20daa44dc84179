/** Part of a list, in the order in which its rows were made. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next part begins; null: this is the last. It survives inserts. */
  readonly nextAfter: number | null;
}

export interface PageRequest {
  /** From `Page.nextAfter`; 0 for the beginning. */
  readonly after: number;
  readonly limit: number;
  /** How many rows to leave out first; 0 unless said. */
  readonly offset?: number;
}

/** The one page that has every row. */
export const EVERY_ROW: PageRequest = { after: 0, limit: Number.MAX_SAFE_INTEGER - 1 };
