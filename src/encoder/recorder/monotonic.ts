/** performance.now() counts from the start of each process; process.hrtime by the same clock from the start of the system. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** A time of performance.now() by the clock that all processes of this system share, and that nobody sets (CLOCK_MONOTONIC); milliseconds. */
export const monotonicMs = (now: number): number => now + OFFSET_MS;
