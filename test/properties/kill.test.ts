import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { LiveClient } from '../stories/live-client.ts';
import { Finding, visible } from './found-holdings.ts';
import { HookEndpoint } from './hook-endpoint.ts';
import { KilledDesk } from './killed-desk.ts';
import { type CommonThings, Ledger } from './ledger.ts';

const KILLS = process.env['CI'] === 'true' ? 40 : 2;
const CLIENTS = 4;
/** Between two kills. */
const MOST_CHANGES = 60;

let desk: KilledDesk;
let hooks: HookEndpoint;
beforeAll(async () => {
  hooks = await HookEndpoint.open();
  desk = await KilledDesk.open();
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await hooks[Symbol.asyncDispose]();
});

async function commonThings(): Promise<CommonThings> {
  const entrance = { display_name: 'Granted' };
  const group = { name: 'Members', acs_entrance_ids: [] };
  return {
    acs_system_id: await desk.systemId(),
    acs_entrance_id: await desk.make('/v1/entrances/create', 'acs_entrance', entrance),
    acs_access_group_id: await desk.make('/v1/access_groups/create', 'acs_access_group', group),
  };
}

const eventList = z.object({
  events: z.array(
    z.looseObject({
      event_id: z.string(),
      event_type: z.string(),
      acs_user_id: z.string().optional(),
      acs_credential_id: z.string().optional(),
    }),
  ),
});

const EVENT_TYPES = [
  'acs_user.created',
  'acs_user.deleted',
  'acs_credential.issued',
  'acs_credential.deleted',
];

test(
  'after a SIGKILL all that was acknowledged is there, and the rest is there whole or not at all',
  async () => {
    const url = hooks.newUrl();
    await desk.raw.post('/webhooks/create', { url, event_types: EVENT_TYPES });
    const things = await commonThings();
    const ledgers = Array.from({ length: CLIENTS }, (_, at) => new Ledger(String(at + 1), things));
    const doubts = { done: 0, undone: 0 };
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writeAndKill(ledgers);
      await desk.start();
      const finding = await Finding.read(desk.raw, things);
      expect(finding.strays).toBe(0);
      for (const ledger of ledgers) settle(ledger, finding, doubts);
    }
    const acknowledged = ledgers.reduce((sum, ledger) => sum + ledger.acknowledged, 0);
    console.log(
      `${KILLS} kills, ${acknowledged} changes acknowledged; of those in doubt ${doubts.done} were done and ${doubts.undone} were not.`,
    );
    const events = await compareEvents(ledgers);
    await hooks.hears(url, events.length);
    expect(hooks.heardAt(url)).toEqual(new Set(events));
  },
  KILLS * 40_000,
);

/** All clients write until so many changes were acknowledged; a moment later the daemon is killed. Chance is what is tested here. */
async function writeAndKill(ledgers: readonly Ledger[]): Promise<void> {
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let left = Math.random() * MOST_CHANGES;
  const hear = () => {
    left -= 1;
    if (left <= 0) resolve();
  };
  const writing = Promise.all(ledgers.map((ledger) => ledger.write(desk.url, desk.token, hear)));
  // It ends by itself only when it fails.
  await Promise.race([enough, writing]);
  await delay(Math.random() * 5);
  await desk.kill();
  await writing;
}

/** Holds one client's ledger against what is there; what was in doubt is known then. */
function settle(ledger: Ledger, finding: Finding, doubts: { done: number; undone: number }): void {
  const found = finding.holdingsOf(ledger);
  const { inDoubt } = ledger;
  for (const [name, id] of finding.ids()) if (ledger.isOurs(name)) ledger.ids.set(name, id);
  const isDone = inDoubt !== null && JSON.stringify(found) !== JSON.stringify(visible(ledger.holdings));
  if (isDone) ledger.accept(inDoubt);
  doubts[isDone ? 'done' : 'undone'] += 1;
  expect(found).toEqual(visible(ledger.holdings));
}

/** Every event that was due is there, once, in each client's order, and no other; the live feed says the same. Resolves with their ids. */
async function compareEvents(ledgers: readonly Ledger[]): Promise<readonly string[]> {
  const list: z.output<typeof eventList>['events'] = [];
  for (;;) {
    const page = { since: '2000-01-01T00:00:00Z', event_types: EVENT_TYPES, unstable_offset: list.length };
    const { events } = await desk.raw.ask('/events/list', page, eventList);
    list.push(...events);
    if (events.length === 0) break;
  }
  const told = list.map((event) => ({
    type: event.event_type,
    id: event.acs_user_id ?? event.acs_credential_id,
  }));
  for (const ledger of ledgers) {
    const ids = new Set(ledger.ids.values());
    expect(told.filter(({ id }) => ids.has(id ?? ''))).toEqual(
      ledger.events.map(({ type, name }) => ({ type, id: ledger.ids.get(name) })),
    );
  }
  expect(told.length).toBe(ledgers.reduce((sum, { events }) => sum + events.length, 0));
  await using live = await LiveClient.open(desk.url, desk.token, 0);
  const last = list.at(-1)?.event_id;
  await live.next('event', ({ event }) => event.event_id === last);
  const isMeant = ({ event_type }: { event_type: string }) => EVENT_TYPES.includes(event_type);
  const fed = live.changes.filter((change) => change.type === 'event').map(({ event }) => event);
  expect(fed.filter(isMeant)).toEqual(list);
  return list.map(({ event_id }) => event_id);
}
