import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawnHistory, live, type Tally } from './histories.ts';

/** A failure prints its seed, and `SEED` repeats it. */
const SEED = Number(process.env['SEED'] ?? 20_261_122);
const RUNS = Number(process.env['RUNS'] ?? 5);

test('whatever is done at two desks and their property server, all agree in the end, and each conflict has the winner that the rules name', async () => {
  const tally: Tally = { steps: 0, refused: 0, decided: 0, faults: 0 };
  await fc.assert(
    fc.asyncProperty(drawnHistory, (history) => live(history, tally)),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
  process.stdout.write(`${RUNS} histories: ${JSON.stringify(tally)}\n`);
  expect(tally.faults).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
}, 600_000);
