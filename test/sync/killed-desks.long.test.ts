import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { addDesk } from '../../src/site/paired-desks.ts';
import type { Site } from '../../src/site/site.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { drawing, type FaultMix } from '../network/fault.ts';
import { KillableProxy } from '../network/killable-proxy.ts';
import { disagreements, doubles } from './agreement.ts';
import { checkIn, giveCard } from './guests.ts';
import { openSiteIn } from './hotel.ts';
import { untilNothingIsLeft } from './progress.ts';
import { newCard, Station, until } from './station.ts';
import { syncStatus } from './sync-calls.ts';

const SEED = 20_261_122;
const DESKS = 3;
const RESULTS = 10_000;
const ROUNDS = 4;
const GUESTS = 60;
/** Scanned over HTTP at a running desk in each round; the rest is made at desks that do not run. */
const SCANS = 4;
/** Of what a round has to tell, at least so many parts are told between two kills. */
const KILLS_PER_ROUND = 12;

const MIX: Omit<FaultMix, 'seed'> = {
  names: [
    'reset_before',
    'reset_after',
    'cut_answer',
    'busy',
    'failing',
    'bad_gateway',
    'wrong_json',
    'slow',
  ],
  share: 0.05,
};

/** Works on the site of a station that does not run. */
function atSite<T>(station: Station, work: (site: Site) => T): T {
  const site = openSiteIn(station.file, station.name, systemClock);
  using _ = site.store;
  return work(site);
}

/** What is told, killed and started again. */
class Network implements AsyncDisposable {
  readonly server: Station;
  readonly desks: readonly Station[];
  readonly proxy: KillableProxy;
  readonly kills = { server: 0, proxy: 0, desk: 0 };
  /** Kills while there was something to tell. */
  killsAtWork = 0;
  readonly #draw = drawing(SEED);
  #mixes = SEED;

  private constructor(server: Station, desks: readonly Station[], proxy: KillableProxy) {
    this.server = server;
    this.desks = desks;
    this.proxy = proxy;
  }

  static async open(): Promise<Network> {
    const proxy = await KillableProxy.open(null);
    const quiet = { log_level: 'warn' };
    const server = await Station.open('Property server', {
      ...quiet,
      allowed_hosts: [`127.0.0.1:${proxy.port}`],
    });
    await proxy.aimAt(server.url);
    const desks: Station[] = [];
    for (let at = 1; at <= DESKS; at += 1) {
      const desk = await Station.open(`Desk ${at}`, quiet);
      await desk.stop();
      const api_key_file = join(desk.stateDir, 'backend-key');
      using store = server.openStore();
      writeFileSync(api_key_file, addDesk({ store, clock: systemClock }, desk.name).token);
      desk.reconfigure({ ...quiet, backend: { endpoint: proxy.url, api_key_file } });
      desks.push(desk);
    }
    return new Network(server, desks, proxy);
  }

  async startDesks(): Promise<void> {
    await Promise.all(this.desks.map((desk) => desk.start()));
  }

  async stopDesks(): Promise<void> {
    await Promise.all(this.desks.map((desk) => desk.stop()));
  }

  draw(below: number): number {
    return Math.floor(this.#draw() * below);
  }

  async mix(): Promise<void> {
    this.#mixes += 1;
    await this.proxy.mix({ ...MIX, seed: this.#mixes });
  }

  /** SIGKILL for one of them, and a start. */
  async killOne(): Promise<void> {
    const victim = this.draw(DESKS + 2);
    if ((await this.waiting()) > 0) this.killsAtWork += 1;
    const desk = this.desks[victim];
    if (desk !== undefined) {
      this.kills.desk += 1;
      await desk.kill();
      await desk.start();
    } else if (victim === DESKS) {
      this.kills.server += 1;
      await this.server.kill();
      await this.server.start();
      await this.proxy.aimAt(this.server.url);
    } else {
      this.kills.proxy += 1;
      // An order brings the counts of what it met with.
      await this.proxy.mix(null);
      await this.proxy.restart();
      await this.mix();
    }
  }

  async waiting(): Promise<number> {
    const statuses = await Promise.all(this.desks.map(syncStatus));
    return statuses.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.desks, this.server, this.proxy].map((one) => one[Symbol.asyncDispose]()));
  }
}

const counts = ({ store }: Site) => ({
  users: store.users.list({}, EVERY_ROW).rows.length,
  credentials: store.credentials.list({}, EVERY_ROW).rows.length,
  issued: store.events.list({}, EVERY_ROW).rows.filter(({ type }) => type === 'acs_credential.issued').length,
});

/** Gives cards to guests at a desk that does not run; returns how many. */
function work(desk: Station, guests: readonly string[], results: number): void {
  atSite(desk, (site) =>
    site.store.transaction(() => {
      for (let at = 0; at < results; at += 1) giveCard(site, guests[at % guests.length] ?? '');
    }),
  );
}

test('10,000 results of three desks arrive once, whoever is killed on the way', async () => {
  await using network = await Network.open();
  const { server, desks, proxy, kills } = network;
  await server.stop();
  const guests = atSite(server, (site) =>
    site.store.transaction(() => Array.from({ length: GUESTS }, (_, at) => checkIn(site, `Guest ${at}`))),
  );
  await server.start();
  await proxy.aimAt(server.url);
  await network.startDesks();
  const users = z.object({ acs_users: z.array(z.unknown()) });
  for (const desk of desks) {
    await until(`${desk.name} knows every guest`, async () =>
      (await desk.ask('/acs/users/list', { limit: 500 }, users)).acs_users.length === GUESTS ? true : null,
    );
  }
  const walks = () => Promise.all(desks.map(async (desk) => (await syncStatus(desk)).mirror.walked_at));
  const firstWalks = await until('every desk has been through what the server has', async () =>
    (await walks()).includes(null) ? null : walks(),
  );

  let made = 0;
  const drainedIn: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await network.stopDesks();
    for (const [at, desk] of desks.entries()) {
      const isLast = round === ROUNDS - 1 && at === DESKS - 1;
      const share = Math.floor(RESULTS / ROUNDS / DESKS);
      const results = isLast ? RESULTS - made - SCANS * DESKS : share - SCANS;
      work(desk, guests, results);
      made += results;
    }
    // With the server gone, desks assign what is put on their encoders.
    await server.kill();
    await network.startDesks();
    await network.mix();
    for (const desk of desks) {
      for (let scan = 0; scan < SCANS; scan += 1) {
        const ended = await desk.scanToAssign(guests[scan] ?? '', newCard());
        expect(ended.status).toBe('success');
        made += 1;
      }
    }
    await server.start();
    await proxy.aimAt(server.url);
    for (let kill = 0; kill < KILLS_PER_ROUND; kill += 1) {
      // Chance is what is tested here.
      await pause(100 + network.draw(700));
      await network.killOne();
    }
    await proxy.mix(null);
    drainedIn.push(
      await untilNothingIsLeft({
        ...{ what: `round ${round}: everything is told`, server, desks },
        left: () => network.waiting(),
      }),
    );
  }
  expect(made).toBe(RESULTS);
  expect(network.killsAtWork).toBeGreaterThan(KILLS_PER_ROUND);
  for (const desk of desks) expect((await syncStatus(desk)).refused).toBe(0);
  for (const desk of desks) {
    await untilNothingIsLeft({
      ...{ what: `${desk.name} has heard of every card`, server, desks },
      left: async () => {
        using store = desk.openStore();
        const { rows } = store.credentials.list({}, EVERY_ROW);
        return Math.max(0, RESULTS - rows.length) + store.heldItems.count();
      },
    });
  }
  // Who was killed has lost nothing: nobody takes that for a backup, and begins anew.
  expect(await walks()).toEqual(firstWalks);
  await network.stopDesks();
  await server.stop();
  expect(atSite(server, counts)).toEqual({ users: GUESTS, credentials: RESULTS, issued: RESULTS });
  for (const desk of desks) {
    expect(atSite(server, (above) => atSite(desk, (site) => disagreements(above, site)))).toEqual([]);
    expect(atSite(desk, doubles)).toEqual([]);
  }
  process.stdout.write(
    `${made} results of ${DESKS} desks, each there once; killed: desks ${kills.desk}, server ${kills.server}, proxy ${kills.proxy} times, ${network.killsAtWork} times while there was something to tell; ` +
      `requests that met with a fault: ${[...proxy.met.values()].reduce((sum, count) => sum + count, 0)}; ` +
      `told to the end after each round in ${drainedIn.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s\n`,
  );
}, 1_800_000);
