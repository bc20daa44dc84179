/** How long things take, in milliseconds. Tests hurry them. */
export interface Pace {
  /** Between two looks around. */
  readonly lookMs: number;
  /** How long opening may take. */
  readonly openMs: number;
  /** How long the greeting may take. */
  readonly greetMs: number;
  /** Until the first new try after a failure; it doubles with each failure that follows. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** A device that stayed for so long has not failed when it is lost. */
  readonly wellMs: number;
  /** How long leaving a device, and then closing its line, may each take. */
  readonly closeMs: number;
}

export const ORDINARY_PACE: Pace = {
  lookMs: 1_000,
  openMs: 5_000,
  greetMs: 5_000,
  firstRetryMs: 250,
  longestRetryMs: 30_000,
  wellMs: 60_000,
  closeMs: 1_000,
};

/** Milliseconds until the next try after so many failures in a row, at least one; up to a fifth more or less, so that many do not come at once. */
export function retryMs(failures: number, pace: Pace, random: () => number = Math.random): number {
  const planned = Math.min(pace.firstRetryMs * 2 ** (failures - 1), pace.longestRetryMs);
  return Math.round(planned * (0.8 + 0.4 * random()));
}
