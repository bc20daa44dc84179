import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dropMessage, retryMessage, takeBackendsVersion } from '../../src/site/outbox.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import type { FaultMix } from '../network/fault.ts';
import { agree } from './agree.ts';
import { checkIn, hears } from './guests.ts';
import { hearFrom } from './hearing.ts';
import { drawnStep, type HistoryStep, perform } from './history-steps.ts';
import { Hotel, type HotelDesk, waitFor } from './hotel.ts';

type Decision = 'retry' | 'drop' | 'take_theirs';

interface History {
  readonly rounds: readonly (readonly HistoryStep[])[];
  /** What a person decides about one refused change after the other; from the beginning again when they are used up. */
  readonly decisions: readonly Decision[];
  /** Of the network's faults. */
  readonly seed: number;
}

const drawnHistory: fc.Arbitrary<History> = fc.record({
  rounds: fc.array(fc.array(drawnStep, { minLength: 4, maxLength: 16, size: 'max' }), {
    minLength: 1,
    maxLength: 3,
    size: 'max',
  }),
  decisions: fc.array(fc.constantFrom<Decision>('retry', 'drop', 'take_theirs'), {
    minLength: 3,
    maxLength: 8,
  }),
  seed: fc.integer(),
});

const at = (place: number, work: HistoryStep['work']): HistoryStep => ({ place, work });

/** A history for each conflict that the rules name. */
const CONFLICTS: readonly History['rounds'][] = [
  // The same name is changed at all three places.
  [[0, 1, 2].map((place) => at(place, { verb: 'rename_user', which: 0, name: place + 1 }))],
  // One card, two guests; one card, one guest, twice.
  [
    [
      at(1, { verb: 'assign_card', which: 0, card: 0 }),
      at(2, { verb: 'assign_card', which: 1, card: 0 }),
      at(1, { verb: 'assign_card', which: 0, card: 1 }),
      at(2, { verb: 'assign_card', which: 0, card: 1 }),
    ],
  ],
  // A user is deleted above, changed at one desk and given a card at the other.
  [
    [
      at(0, { verb: 'delete_user', which: 0 }),
      at(1, { verb: 'rename_user', which: 0, name: 3 }),
      at(2, { verb: 'assign_card', which: 0, card: 2 }),
    ],
  ],
  // One credential on three cards.
  [
    [at(1, { verb: 'encode', which: 0, card: 0 })],
    [at(1, { verb: 'encode', which: 0, card: 1 }), at(2, { verb: 'encode', which: 0, card: 2 })],
  ],
  // Groups of one name, each with a user in it; and one of them goes.
  [
    [
      at(1, { verb: 'create_group', name: 0 }),
      at(2, { verb: 'create_group', name: 0 }),
      at(1, { verb: 'add_to_group', which: 0, group: 0 }),
      at(2, { verb: 'add_to_group', which: 1, group: 0 }),
    ],
    [at(1, { verb: 'delete_group', which: 0 }), at(2, { verb: 'rename_group', which: 0, name: 2 })],
  ],
];

const DECISIONS: readonly Decision[] = ['retry', 'take_theirs', 'drop'];

const FAULTY: Omit<FaultMix, 'seed'> = {
  names: [
    ...(['reset_before', 'reset_after', 'cut_answer', 'busy', 'failing', 'bad_gateway'] as const),
    ...(['wrong_json', 'slow', 'stalled', 'tls_garbage'] as const),
  ],
  share: 0.25,
};

/** A failure prints its seed, and `SEED` repeats it; `RUNS` draws more. */
const SEED = Number(process.env['SEED'] ?? 20_261_122);

/** The suite, with so many histories. */
export function historiesAgree(histories: number): void {
  const numRuns = Number(process.env['RUNS'] ?? histories);
  test('whatever is done at two desks and their property server, all agree in the end, and each conflict has the winner that the rules name', {
    timeout: 60_000 + numRuns * 20_000,
  }, async () => {
    const tally: Tally = { steps: 0, refused: 0, decided: 0, faults: 0 };
    await fc.assert(
      fc.asyncProperty(drawnHistory, (history) => live(history, tally)),
      // Each takes a second; where it fails, what is left of it is told by the first.
      {
        ...{ numRuns: CONFLICTS.length + numRuns, seed: SEED, endOnFailure: true },
        examples: CONFLICTS.map((rounds) => [{ rounds, decisions: DECISIONS, seed: SEED }]),
      },
    );
    process.stdout.write(`${numRuns} histories: ${JSON.stringify(tally)}\n`);
    expect(tally.faults).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });
}

/** What was met with in all histories. */
interface Tally {
  steps: number;
  refused: number;
  decided: number;
  faults: number;
}

/**
 * In each round everybody works while the desks are cut off; then one desk after the other tells what it did, through a faulty network; then
 * people decide about what was refused. In the end all agree, thing by thing.
 */
async function live({ rounds, decisions, seed }: History, tally: Tally): Promise<void> {
  await using hotel = await Hotel.open(['Desk 1', 'Desk 2']);
  const guests = ['Ada', 'Ben'].map((name) => checkIn(hotel.above, name));
  for (const desk of hotel.desks) for (const guest of guests) await hears(desk, guest);
  await agree(hotel);
  let drawn = 0;
  for (const [round, steps] of rounds.entries()) {
    for (const desk of hotel.desks) await desk.goOffline();
    for (const { place, work } of steps) {
      const site = hotel.sites[place];
      if (site !== undefined) perform(site, work);
    }
    tally.steps += steps.length;
    for (const [at, desk] of hotel.desks.entries()) {
      tally.refused += await hearFrom(hotel, desk, async () => {
        desk.proxy.mix({ ...FAULTY, seed: seed + 10 * round + at });
        await desk.goOnline();
      });
    }
    for (const desk of hotel.desks) await desk.goOnline();
    for (const desk of hotel.desks) {
      drawn = await decide(desk, decisions, drawn);
    }
    tally.decided = tally.decided + drawn;
    for (const desk of hotel.desks) {
      desk.proxy.mix(null);
      // What was changed here and is forgotten stays until everything is walked through again.
      desk.sync.resync();
    }
    await agree(hotel);
  }
  for (const { proxy, problems } of hotel.desks) {
    tally.faults += [...proxy.met].reduce(
      (sum, [kind, count]) => (kind === 'refused' ? sum : sum + count),
      0,
    );
    expect(problems).toEqual([]);
  }
  expect(hotel.server.daemon.errorLines).toEqual([]);
}

/** A person at a desk decides until nothing is refused any more; who has asked for the same five times takes the backend's version. Returns how many decisions were used by then. */
async function decide(desk: HotelDesk, decisions: readonly Decision[], used: number): Promise<number> {
  const { outbox } = desk.site.store;
  const asked = new Map<string, number>();
  let drawn = used;
  for (;;) {
    await desk.told();
    const [refused] = outbox.refused(EVERY_ROW).rows;
    if (refused === undefined) return drawn;
    const { id, change } = refused;
    const times = (asked.get(id) ?? 0) + 1;
    asked.set(id, times);
    const drawnOne = decisions[drawn % decisions.length] ?? 'take_theirs';
    drawn += 1;
    // What was made here and is forgotten stays here alone: nobody would agree.
    const isLonely = drawnOne === 'drop' && change.action === 'created';
    const decision = times > 5 || isLonely ? 'take_theirs' : drawnOne;
    if (decision === 'retry') retryMessage(desk.site, id);
    else if (decision === 'drop') dropMessage(desk.site, id);
    else takeBackendsVersion(desk.site, id);
    desk.sync.wake();
    await waitFor(
      () => outbox.get(id)?.state !== 'waiting' || desk.deliverable() === 0,
      () => `${desk.name} tells again; ${desk.describe()}`,
    );
  }
}
