/** How long something took, over many times; milliseconds. */
export interface Timings {
  readonly count: number;
  readonly least: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** Null without a sample. A percentile is the nearest rank: of three samples the 99th is the greatest. */
export function timingsOf(samples: readonly number[]): Timings | null {
  const sorted = [...samples].sort((one, other) => one - other);
  const rank = (percent: number) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  if (sorted.length === 0) return null;
  const [least = 0] = sorted;
  return { count: sorted.length, least, p50: rank(50), p99: rank(99), most: rank(100) };
}

/** `0.42 ms`, `37 ms`, `1.8 s`. */
export function inWords(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
