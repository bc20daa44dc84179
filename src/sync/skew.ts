/** One look at the backend's clock, milliseconds. */
export interface SkewSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** What its clock said, as near to the middle of the call as can be known. */
  readonly theirs: number;
}

/** How much of a difference that the call's own length explains is taken over. */
const SMOOTHING = 1 / 4;

/**
 * How far this clock is ahead of the backend's, milliseconds, after one look more. A look cannot be truer than half of the time that it took: what
 * differs by less is smoothed, what differs by more is so.
 */
export function nextSkew(known: number | null, { askedAt, answeredAt, theirs }: SkewSample): number {
  const seen = (askedAt + answeredAt) / 2 - theirs;
  const unsure = Math.abs(answeredAt - askedAt) / 2;
  if (known === null || Math.abs(seen - known) > unsure) return Math.round(seen);
  return Math.round(known + (seen - known) * SMOOTHING);
}
