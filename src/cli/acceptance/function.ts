import { timingsOf } from '../timings.ts';
import type { Bench } from './bench.ts';
import type { FunctionTimings } from './report.ts';

/** One function of the desk, and how it is tried. */
export interface DeskFunction {
  readonly id: string;
  readonly title: string;
  /** Resolves when the desk can do it. Throws NotApplicable, or a CommandError with what went wrong. */
  run(bench: Bench): Promise<Passed>;
}

/** What was seen of a function that works. */
export interface Passed {
  readonly detail: string;
  readonly timings: FunctionTimings | null;
}

/** This encoder or card has no such thing, or to try it would destroy something. */
export class NotApplicable extends Error {}

/** `what` says what the samples are; milliseconds. */
export function passed(detail: string, what = '', samples: readonly number[] = []): Passed {
  const timings = timingsOf(samples);
  return { detail, timings: timings === null ? null : { what, ...timings } };
}
