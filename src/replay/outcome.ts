/** How a replay went. */
export interface ReplayOutcome {
  /** `equal`: the driver sent what it sent then. `cannot_tell`: as far as it could be compared. */
  readonly outcome: 'equal' | 'different' | 'cannot_tell';
  /** How many exchanges were compared to the byte. */
  readonly compared: number;
  readonly difference?: Difference;
  /** What was not compared, and why: sentences. */
  readonly notes: readonly string[];
}

/** The first thing that the driver sends otherwise than then. */
export interface Difference {
  /** Of the file; null: behind its end. */
  readonly line: number | null;
  /** What it sent then, as a person reads it; null: nothing. */
  readonly captured: string | null;
  /** What it sends now; null: nothing, for as long as it was waited for. */
  readonly sent: string | null;
}

/** The driver sends otherwise than then. */
export class DifferenceFound extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super('the driver sends otherwise than then');
    this.difference = difference;
  }
}

/** Bytes for a person, the first that differs from `other` between brackets. */
export function shown(bytes: Uint8Array, other?: Uint8Array): string {
  const at = other === undefined ? -1 : bytes.findIndex((byte, index) => byte !== other[index]);
  return [...bytes]
    .map((byte, index) => {
      const digits = byte.toString(16).toUpperCase().padStart(2, '0');
      return index === at ? `[${digits}]` : digits;
    })
    .join(' ');
}
