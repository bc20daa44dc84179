import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import { createDoorbell } from '../../src/doorbell.ts';
import { createLog } from '../../src/log.ts';
import { referencesOf } from '../../src/model/resource-change.ts';
import { makeMissingEntrances } from '../../src/site/entrances.ts';
import { addDesk } from '../../src/site/paired-desks.ts';
import { openSite, type Site } from '../../src/site/site.ts';
import { EVERY_ROW } from '../../src/store/paging.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type BackendSettings, Sync } from '../../src/sync/sync.ts';
import { FAULTS } from '../network/fault.ts';
import { FaultProxy } from '../network/fault-proxy.ts';
import { Desk } from '../stories/desk.ts';
import { fastClock } from './fast-clock.ts';

/** Longest time that anything here may take, milliseconds of a real clock. */
const PATIENCE_MS = 60_000;

/** Where a desk keeps its state, and how it finds its backend. */
interface DeskParts {
  readonly name: string;
  readonly file: string;
  readonly clock: Clock;
  readonly proxy: FaultProxy;
  readonly settings: BackendSettings;
}

/** A desk of a hotel, in this process: a site on a real store, and what talks to the property server through a network of its own. */
export class HotelDesk implements AsyncDisposable {
  readonly name: string;
  readonly proxy: FaultProxy;
  /** What it logged as errors. */
  readonly problems: string[] = [];
  settings: BackendSettings;
  readonly #parts: DeskParts;
  #site: Site | null = null;
  #sync: Sync | null = null;

  constructor(parts: DeskParts) {
    this.name = parts.name;
    this.proxy = parts.proxy;
    this.settings = parts.settings;
    this.#parts = parts;
  }

  start(): void {
    const { file, name, clock } = this.#parts;
    this.#site = openSiteIn(file, name, clock);
    makeMissingEntrances(this.#site, ['Main entrance']);
    this.#sync = new Sync({
      site: this.#site,
      log: createLog('error', { write: (line) => this.problems.push(line) }),
      settings: this.settings,
      userAgent: 'encoderd/test',
    });
    this.#sync.start();
  }

  async stop(): Promise<void> {
    await this.#sync?.[Symbol.asyncDispose]();
    this.#sync = null;
    this.#site?.store[Symbol.dispose]();
    this.#site = null;
  }

  /** A copy of its state as it is; the desk must be stopped. */
  backUp(): Backup {
    return backUp(this.#parts.file);
  }

  restore(backup: Backup): void {
    restore(this.#parts.file, backup);
  }

  get file(): string {
    return this.#parts.file;
  }

  get site(): Site {
    if (this.#site === null) throw new Error(`${this.name} is closed.`);
    return this.#site;
  }

  get sync(): Sync {
    if (this.#sync === null) throw new Error(`${this.name} does not talk to its backend.`);
    return this.#sync;
  }

  /** Nothing gets through. */
  async goOffline(): Promise<void> {
    await this.proxy.set(FAULTS.refused);
  }

  /** What gets through now is tried at once. */
  async goOnline(): Promise<void> {
    await this.proxy.set(null);
    this.sync.wake();
  }

  /** Resolves once all was told that can be: the rest stands behind something that was refused. */
  async told(): Promise<void> {
    await waitFor(
      () => this.deliverable() === 0,
      () => `${this.name} tells what it has to tell; ${this.describe()}`,
    );
  }

  /** How many messages wait, and for no person. */
  deliverable(): number {
    const { outbox } = this.site.store;
    const refused = new Set(outbox.refused(EVERY_ROW).rows.map(({ id }) => id));
    const blocked = new Set<string>();
    let count = 0;
    const unsettled = [...outbox.refused(EVERY_ROW).rows, ...outbox.waiting(0, 100_000)];
    for (const { id, change } of unsettled.toSorted((a, b) => a.sequence - b.sequence)) {
      const isBlocked = [change.id, ...referencesOf(change)].some((thing) => blocked.has(thing));
      if (isBlocked || refused.has(id)) blocked.add(change.id);
      else count += 1;
    }
    return count;
  }

  describe(): string {
    const { outbox, heldItems } = this.site.store;
    return JSON.stringify({
      status: this.#sync?.status(),
      waiting: outbox.waiting(0, 5).map(({ sequence, attempts, change }) => ({ sequence, attempts, change })),
      refused: outbox.refused(EVERY_ROW).rows.map(({ change, refusal }) => ({ change, refusal })),
      held: heldItems.list(5),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.proxy[Symbol.asyncDispose]();
  }
}

/** A daemon in this process that desks have for their backend, and its site beside it. */
export class PropertyServer implements AsyncDisposable {
  readonly daemon: Desk;
  readonly #clock: Clock;
  #site: Site;

  private constructor(daemon: Desk, clock: Clock) {
    this.daemon = daemon;
    this.#clock = clock;
    this.#site = openSiteIn(this.file, 'Property server', clock);
  }

  static async open(config: Readonly<Record<string, unknown>>, clock: Clock): Promise<PropertyServer> {
    return new PropertyServer(await Desk.open({ config, clock }), clock);
  }

  get file(): string {
    return join(this.daemon.stateDir, 'encoderd.db');
  }

  get site(): Site {
    return this.#site;
  }

  get url(): string {
    return this.daemon.url;
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    this.#site.store[Symbol.dispose]();
  }

  /** At another port. */
  async start(): Promise<void> {
    await this.daemon.start();
    this.#site = openSiteIn(this.file, 'Property server', this.#clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#site.store[Symbol.dispose]();
    await this.daemon[Symbol.asyncDispose]();
  }
}

/** A property server with its API, and desks that have it for their backend. Everything on real files, over real sockets; time goes fast. */
export class Hotel implements AsyncDisposable {
  readonly clock: Clock;
  readonly server: PropertyServer;
  readonly desks: readonly HotelDesk[];
  readonly #leaving: AsyncDisposableStack;

  private constructor(
    clock: Clock,
    server: PropertyServer,
    desks: readonly HotelDesk[],
    leaving: AsyncDisposableStack,
  ) {
    this.clock = clock;
    this.server = server;
    this.desks = desks;
    this.#leaving = leaving;
  }

  /** The property server's site, beside its daemon's own. */
  get above(): Site {
    return this.server.site;
  }

  static async open(names: readonly string[]): Promise<Hotel> {
    await using parts = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-hotel-'));
    parts.defer(() => rmSync(folder, { recursive: true, force: true }));
    const clock = fastClock();
    const proxies: FaultProxy[] = [];
    for (const _ of names) proxies.push(await FaultProxy.open(null));
    const config = {
      allowed_hosts: proxies.map(({ port }) => `127.0.0.1:${port}`),
      site: { entrances: ['Main entrance'] },
    };
    const server = parts.use(await PropertyServer.open(config, clock));
    const desks = names.map((name, at) => {
      const proxy = proxies[at];
      if (proxy === undefined) throw new Error('no proxy');
      proxy.target = server.url;
      const apiKey = addDesk(server.site, name).token;
      const settings = { endpoint: proxy.url, apiKey, apiKeyFile: null, protocol: 'bridge' } as const;
      const desk = parts.use(new HotelDesk({ name, file: join(folder, `${at}.db`), clock, proxy, settings }));
      desk.start();
      return desk;
    });
    return new Hotel(clock, server, desks, parts.move());
  }

  /** Every site, the property server's first. */
  get sites(): readonly Site[] {
    return [this.above, ...this.desks.map(({ site }) => site)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leaving.disposeAsync();
  }
}

/** A state file and what SQLite keeps beside it. */
export type Backup = ReadonlyMap<string, Buffer>;

const BESIDE = ['', '-wal', '-shm'];

export function backUp(file: string): Backup {
  const there = BESIDE.filter((suffix) => existsSync(file + suffix));
  return new Map(there.map((suffix) => [suffix, readFileSync(file + suffix)]));
}

export function restore(file: string, backup: Backup): void {
  for (const suffix of BESIDE) rmSync(file + suffix, { force: true });
  for (const [suffix, content] of backup) writeFileSync(file + suffix, content);
}

/** The site of a state file. Whoever opens it closes its store. */
export function openSiteIn(file: string, name: string, clock: Clock): Site {
  return openSite({
    store: openSqliteStore(file),
    clock,
    doorbell: createDoorbell(),
    settings: {
      name,
      timeZone: 'Europe/Berlin',
      externalType: null,
      enrolUnknownCards: true,
      cardNumberFormat: 'uid_msb_first',
      keptChanges: 1000,
    },
  });
}

/** Rejects with what was waited for when that does not come. */
export async function waitFor(isThere: () => boolean, what: () => string): Promise<void> {
  const last = Date.now() + PATIENCE_MS;
  while (!isThere()) {
    if (Date.now() > last) throw new Error(`It took too long: ${what()}`);
    await pause(5);
  }
}
