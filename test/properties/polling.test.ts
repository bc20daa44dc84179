import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'vitest';
import { z } from 'zod';
import { type Desk, openDeskFirst } from '../stories/desk.ts';
import { HandClock } from '../stories/hand-clock.ts';

const isThorough = process.env['CI'] === 'true';

const given = process.env['SEED'] ?? (isThorough ? '20261122' : undefined);

const SEED = given === undefined ? {} : { seed: Number(given) };

const clock = new HandClock();

let desk: Desk;
openDeskFirst(
  (opened) => {
    desk = opened;
  },
  { clock },
);

/** Users with so many codes each, who are deleted with all of them in one transaction. */
const holdings = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 });

const happening = fc.record({
  holdings,
  /** What time has passed before it; below zero the clock is set back. */
  passed: fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2000, max: 2000 })),
  /** Whether the poller asks once before the next thing happens. */
  isPolled: fc.boolean(),
});

const run = fc.record({
  limit: fc.integer({ min: 1, max: 3 }),
  happenings: fc.array(happening, { minLength: 1, maxLength: 5 }),
});

type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

const page = z.object({ events: z.array(z.looseObject({ event_id: z.string(), occurred_at: z.string() })) });

let pins = 100_000;

/** Returns how many events it makes. */
async function liveAndDie(codes: number): Promise<number> {
  const { seam, systemId: acs_system_id } = desk;
  const { acs_user_id } = await seam.acs.users.create({ acs_system_id, full_name: 'Short Lived' });
  for (let at = 0; at < codes; at += 1) {
    pins += 1;
    const order = { acs_user_id, access_method: 'code' as const, code: `${pins}` };
    await seam.acs.credentials.create(order);
  }
  await seam.acs.users.delete({ acs_user_id });
  return 2 + 2 * codes;
}

/** When the last event was that any run knows of. */
let last = '2000-01-01T00:00:00Z';

/** All events after the last one known, at once. */
async function news(): Promise<readonly { event_id: string; occurred_at: string }[]> {
  const { events } = await desk.raw.ask('/events/list', { since: last, limit: 10_000 }, page);
  return events;
}

/** Follows the events by the time of the last one that came. */
async function follow({ limit, happenings }: Run): Promise<void> {
  last = (await news()).at(-1)?.occurred_at ?? last;
  let since = last;
  const heard: string[] = [];
  const poll = async () => {
    const { events } = await desk.raw.ask('/events/list', { since, limit }, page);
    heard.push(...events.map((event) => event.event_id));
    since = events.at(-1)?.occurred_at ?? since;
    return events.length;
  };
  let due = 0;
  for (const { holdings, passed, isPolled } of happenings) {
    clock.pass(passed);
    for (const codes of holdings) due += await liveAndDie(codes);
    if (isPolled) await poll();
  }
  while ((await poll()) > 0);
  const all = await news();
  assert.equal(all.length, due);
  assert.deepEqual(
    heard,
    all.map(({ event_id }) => event_id),
  );
}

test('whoever asks for what happened since the last event it knows misses none, however few come at once', async () => {
  await fc.assert(fc.asyncProperty(run, follow), { numRuns: isThorough ? 100 : 5, ...SEED });
});
