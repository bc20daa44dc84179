import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** How many lines RecentLines keeps. */
const KEPT_LINES = 1000;

/** The last 1,000 lines of a log, for who cannot read its file. Lines are kept as they came; nobody looks into them until somebody asks. */
export class RecentLines {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    this.#lines[this.#count % KEPT_LINES] = line;
    this.#count += 1;
  }

  /** The number of the last line; the first is 1. 0: there is none. */
  get last(): number {
    return this.#count;
  }

  /** The last `limit` lines after the one of this number, oldest first, with their numbers. */
  after(sequence: number, limit: number): readonly { readonly sequence: number; readonly line: string }[] {
    const first = Math.max(sequence + 1, this.#count - Math.min(limit, KEPT_LINES) + 1, 1);
    return Array.from({ length: Math.max(0, this.#count - first + 1) }, (_, at) => ({
      sequence: first + at,
      line: this.#lines[(first + at - 1) % KEPT_LINES] ?? '',
    }));
  }
}

/** The daemon's log: one JSON object a line on stdout, or where it is told; `recent` keeps the last ones. Card images, keys and tokens are never handed to it. */
export function createLog(
  level: string,
  destination?: DestinationStream | null,
  recent?: RecentLines,
): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const lines = destination ?? pino.destination(1);
  if (recent === undefined) return pino(options, lines);
  return pino(options, {
    write: (line) => {
      recent.add(line);
      lines.write(line);
    },
  });
}
