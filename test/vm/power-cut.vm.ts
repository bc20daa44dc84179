import { afterAll, expect, test } from 'vitest';
import { CutDesk } from './power/cut-desk.ts';
import { seededRandom } from './power/seeded-random.ts';

/** How often the power is cut; as often as fits into a minute unless it is told. */
const CUTS = Number(process.env['POWER_CUTS'] ?? Number.POSITIVE_INFINITY);
const LONGEST_MS = process.env['POWER_CUTS'] === undefined ? 60_000 : Number.POSITIVE_INFINITY;
/** One cut takes half a minute on a slow machine. */
const CUT_TIMEOUT_MS = 180_000;
const SEED = Number(process.env['POWER_CUT_SEED'] ?? Date.now() % 1_000_000);

/** How many times before each cut the disk is looked at as it would be if the power had failed then. */
const MOMENTS = Number(process.env['POWER_CUT_MOMENTS'] ?? 5);

const desk = new CutDesk(seededRandom(SEED), MOMENTS);
afterAll(() => desk[Symbol.asyncDispose]());

test('when the power fails again and again, nothing that was told is lost, and every torn card is known and repaired', {
  timeout: Number.isFinite(CUTS) ? (CUTS + 2) * CUT_TIMEOUT_MS : LONGEST_MS + 3 * CUT_TIMEOUT_MS,
}, async () => {
  console.log(`POWER_CUT_SEED=${SEED}`);
  const began = Date.now();
  while (desk.cuts < CUTS && Date.now() - began < LONGEST_MS) await desk.cycle();
  await desk.expectEveryCard();
  const { cuts, glimpses, glimpsedOutcomes, earlyCuts, acknowledged, outcomes, tornCards, connectionLosses } =
    desk;
  const { cutsWithLoss, lostSectors, flushes } = desk;
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `${cuts} power cuts in ${seconds} s, ${earlyCuts} of them before the one before was settled; ` +
      `${acknowledged} results were told and 0 lost; ${JSON.stringify(outcomes)}; ${tornCards} cards were torn as the journal has it; ` +
      `${connectionLosses} connections were lost before; ` +
      `${flushes} flushes, and ${lostSectors} sectors lost with the disk's cache in ${cutsWithLoss} cuts`,
  );
  console.log(
    `${glimpses} more moments at which the power might have failed, each with a daemon that started on what the disk held then; ` +
      JSON.stringify(glimpsedOutcomes),
  );
  expect(acknowledged).toBeGreaterThan(0);
  for (const { torn, repaired } of [outcomes, glimpsedOutcomes]) expect(repaired).toBe(torn);
});
