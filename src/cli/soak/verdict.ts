/** What one look at the daemon saw, a line of the soak test. */
export interface SoakSample {
  /** Since the beginning, seconds. */
  readonly at_s: number;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly pulled_cards: number;
  readonly restarts: number;
  readonly rss_bytes: number | null;
  readonly fds: number | null;
  /** The longest of several requests that need nothing: what the daemon's event loop keeps everybody waiting. */
  readonly answer_ms: number;
  readonly database_bytes: number;
}

export interface SoakVerdict {
  readonly is_well: boolean;
  /** What is wrong, a sentence each. */
  readonly complaints: readonly string[];
  /** Of the longest time without a restart, its beginning left out; null: it was too short to say. */
  readonly rss_bytes_per_hour: number | null;
}

/** What a daemon may take at first: code that is compiled, and caches that fill. */
const WARM_UP_S = 120;
/** Shorter than this, the noise of the garbage collector is larger than any leak. */
const LEAST_S = 480;
/** Growth that is no leak: megabytes an hour, and how much in all. */
const MOST_BYTES_PER_HOUR = 24 * 1024 ** 2;
const MOST_GROWTH_BYTES = 16 * 1024 ** 2;
const MOST_FDS = 24;
const MOST_ANSWER_MS = 2_000;

/** Whether the daemon leaks, or was wrong. `wrong`: what its ledger complains of. */
export function verdictOf(samples: readonly SoakSample[], wrong: readonly string[]): SoakVerdict {
  const steady = longestSteady(samples);
  const slope = slopeOf(steady.map(({ at_s, rss_bytes }) => [at_s, rss_bytes]));
  const growth = slope === null ? 0 : slope * spanOf(steady);
  const perHour = slope === null ? null : slope * 3_600;
  const [first, last] = [steady[0], steady.at(-1)];
  const moreFds = (last?.fds ?? 0) - (first?.fds ?? 0);
  const slowest = Math.max(0, ...steady.map(({ answer_ms }) => answer_ms));
  const complaints = [
    ...wrong,
    ...(perHour !== null && perHour > MOST_BYTES_PER_HOUR && growth > MOST_GROWTH_BYTES
      ? [`The daemon's memory grows by ${megabytes(perHour)} MB an hour.`]
      : []),
    ...(steady.length > 1 && moreFds > MOST_FDS ? [`${moreFds} more files are open than at first.`] : []),
    ...(slowest > MOST_ANSWER_MS ? [`A request that needs nothing took ${Math.round(slowest)} ms.`] : []),
    ...((samples.at(-1)?.succeeded ?? 0) === 0 ? ['No attempt succeeded.'] : []),
  ];
  return { is_well: complaints.length === 0, complaints, rss_bytes_per_hour: perHour };
}

/** The samples of the longest time without a restart, less its warm-up; empty: it was too short. */
function longestSteady(samples: readonly SoakSample[]): readonly SoakSample[] {
  const runs = new Map<number, SoakSample[]>();
  for (const sample of samples) {
    const run = runs.get(sample.restarts) ?? [];
    run.push(sample);
    runs.set(sample.restarts, run);
  }
  const longest = [...runs.values()].sort((one, other) => spanOf(other) - spanOf(one))[0] ?? [];
  const began = longest[0]?.at_s ?? 0;
  const steady = longest.filter(({ at_s }) => at_s - began >= WARM_UP_S);
  return spanOf(steady) >= LEAST_S - WARM_UP_S ? steady : [];
}

function spanOf(samples: readonly SoakSample[]): number {
  return (samples.at(-1)?.at_s ?? 0) - (samples[0]?.at_s ?? 0);
}

/** The slope of the straight line that fits best (least squares); null for fewer than three points. */
export function slopeOf(points: readonly (readonly [x: number, y: number | null])[]): number | null {
  const known = points.flatMap(([x, y]) => (y === null ? [] : [[x, y] as const]));
  if (known.length < 3) return null;
  const mean = (of: (point: readonly [number, number]) => number) =>
    known.reduce((sum, point) => sum + of(point), 0) / known.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = known.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return null;
  return known.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

export const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
