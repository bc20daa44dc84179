/** One line of the table: what was measured, against its floor or peer in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The same work without encoderd, measured in this run; null where there is none. */
  readonly floor: number | null;
  readonly floorIs: string;
  /** How many times the floor: above 1 is slower or larger. */
  readonly ratio: number | null;
}

/** A figure where less is better. */
export function cost(name: string, unit: string, value: number, floor: number, floorIs: string): Figure {
  return { name, unit, value, floor, floorIs, ratio: value / floor };
}

/** A figure where more is better; the ratio still says how many times slower than the floor it is. */
export function rate(name: string, unit: string, value: number, floor: number, floorIs: string): Figure {
  return { name, unit, value, floor, floorIs, ratio: floor / value };
}

/** A figure with nothing to hold it against. */
export function plain(name: string, unit: string, value: number): Figure {
  return { name, unit, value, floor: null, floorIs: '', ratio: null };
}

/** The value below which the share `p` (0 to 1) of them lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
  if (value === undefined) throw new Error('There is nothing to take a percentile of.');
  return value;
}
