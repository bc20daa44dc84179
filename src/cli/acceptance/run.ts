import { CommandError } from '../terminal.ts';
import type { Bench } from './bench.ts';
import { type DeskFunction, NotApplicable } from './function.ts';
import type { TriedFunction } from './report.ts';

/** Tries one function: it passes, fails, or does not apply. Never throws but for a mistake in the code. */
export async function tryFunction({ id, title, run }: DeskFunction, bench: Bench): Promise<TriedFunction> {
  const began = performance.now();
  const outcome = await run(bench).then(
    ({ detail, timings }) => ({ result: 'pass' as const, detail, timings }),
    (error: unknown) => {
      const result = error instanceof NotApplicable ? ('not_applicable' as const) : ('fail' as const);
      if (result === 'fail' && !(error instanceof CommandError)) throw error;
      return { result, detail: error instanceof Error ? error.message : String(error), timings: null };
    },
  );
  return { id, title, took_ms: performance.now() - began, ...outcome };
}

/** Removes everything that was made, and says so as one more function. */
export async function tidyUp({ made }: Bench): Promise<{ tried: TriedFunction; left: readonly string[] }> {
  const began = performance.now();
  const left = await made.remove();
  const detail =
    left.length === 0
      ? `${made.count} users and credentials were removed again.`
      : `Still there: ${left.join('; ')}.`;
  const tried: TriedFunction = {
    ...{ id: 'tidy_up', title: 'Everything that was made is removed again' },
    ...{ result: left.length === 0 ? 'pass' : 'fail', detail },
    ...{ took_ms: performance.now() - began, timings: null },
  };
  return { tried, left };
}
