import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptanceReport } from '../../../src/cli/acceptance/report.ts';
import { CardsDesk } from './cards-desk.ts';

let desk: CardsDesk;
beforeAll(async () => {
  desk = await CardsDesk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Runs the test with a card of this kind; what came to what, by function. */
async function accept(technology: string, ...words: readonly string[]) {
  const outcome = await desk.shell.run(
    ...['acceptance', desk.encoder, '--simulate', '--technology', technology, '--json', ...words],
  );
  const report = acceptanceReport.parse(JSON.parse(outcome.stdout));
  const results = Object.fromEntries(report.functions.map(({ id, result }) => [id, result]));
  return { code: outcome.code, report, results };
}

describe('encoderctl acceptance', () => {
  test.each(['mifare_classic_1k', 'mifare_desfire'])(
    'tries everything with a %s',
    async (technology) => {
      const { code, results } = await accept(technology);
      expect(code).toBe(0);
      expect(results).toMatchObject({ encode: 'pass', pulled_card: 'pass', erase: 'pass', tidy_up: 'pass' });
    },
    60_000,
  );

  test('says of cards that are used by their number what does not apply', async () => {
    const { code, results } = await accept('uid_only');
    expect(code).toBe(0);
    expect(results).toMatchObject({ read_uid: 'pass', scan_to_assign: 'pass', encode: 'not_applicable' });
  });
});
