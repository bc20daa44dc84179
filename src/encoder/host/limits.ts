/** How long a driver host may take for things, in milliseconds. */
export interface HostLimits {
  /** From the start of the process to the driver's watching. */
  readonly startMs: number;
  /** Without a sign of life from the host's main thread. */
  readonly silenceMs: number;
  /**
   * A machine may be slow, or busy with several hosts that start: `startMs` and `silenceMs` are doubled after each host that missed one of
   * them, up to so many times what they are.
   */
  readonly longestPatience: number;
  /** For one call that changes no card: opening a device, reading or inspecting a card. */
  readonly callMs: number;
  /** For a write, from its order to its first note, from each note to the next, and from the last one to its end. */
  readonly writeMs: number;
  /** For a write as a whole: four swipes of a magnetic stripe may take 15 s each. */
  readonly longestWriteMs: number;
  /** For the host's end, once it is wanted; while a card is written, `writeMs`. */
  readonly closeMs: number;
  /** Until a host that died is started again, the first time; doubled each time, up to `longestRespawnMs`. */
  readonly firstRespawnMs: number;
  readonly longestRespawnMs: number;
  /** A host that lived so long starts the doubling anew. */
  readonly steadyMs: number;
  /** Until a driver without anything to drive is asked again whether there is something now. */
  readonly askAgainMs: number;
  /** Until a driver that could not be loaded is tried again. */
  readonly reloadMs: number;
}

export const HOST_LIMITS: HostLimits = {
  startMs: 15_000,
  silenceMs: 3_000,
  longestPatience: 8,
  callMs: 10_000,
  writeMs: 10_000,
  longestWriteMs: 75_000,
  closeMs: 2_000,
  firstRespawnMs: 100,
  longestRespawnMs: 30_000,
  steadyMs: 60_000,
  askAgainMs: 1_000,
  reloadMs: 60_000,
};
