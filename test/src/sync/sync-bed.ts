import { setImmediate as nextTurn, setTimeout as realTime } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../../src/log.ts';
import type { ResourceState } from '../../../src/model/resource.ts';
import type { OutboxMessage } from '../../../src/model/sync.ts';
import type { Store } from '../../../src/store/store.ts';
import type { BackendLink } from '../../../src/store/sync-tables.ts';
import type { OpenBackend } from '../../../src/sync/open-backend.ts';
import { type BackendSettings, Sync } from '../../../src/sync/sync.ts';
import { ScriptedBackend } from '../../benches/scripted-backend.ts';
import { attempt, ENDED } from '../../contracts/store/records.ts';
import {
  addEncoder,
  addUser,
  openTestSite,
  type StillSite,
  temporaryFolder,
  UNREACHED_BACKEND,
} from '../site/site-bed.ts';

const logLine = z.looseObject({ level: z.int(), msg: z.string() });

export const WARN = 40;
export const ERROR = 50;

/** More turns of the event loop than anything here needs. */
const MANY_TURNS = 50_000;

const SETTINGS: BackendSettings = {
  endpoint: 'https://property.example',
  apiKey: 'seam_test_key',
  apiKeyFile: null,
  protocol: 'bridge',
};

export interface BedOptions {
  readonly folder?: string;
  readonly mostAtOnce?: number;
  readonly settings?: Partial<BackendSettings> | null;
  /** 0 is the shortest wait after a failure, 1 the longest. */
  readonly chance?: () => number;
  readonly wrap?: (store: Store) => Store;
}

/** A desk whose time stands still, with a backend in memory. */
export class SyncBed {
  readonly site: StillSite;
  readonly backend: ScriptedBackend;
  readonly lines: z.output<typeof logLine>[] = [];
  readonly #options: BedOptions;
  /** How the desk opens its backend. */
  open: OpenBackend = () => Promise.resolve({ protocol: 'bridge', backend: this.backend });
  /** The key that the desk would send now. */
  apiKey: () => string = () => '';
  #sync: Sync | null = null;

  constructor(options: BedOptions = {}) {
    this.#options = options;
    this.site = openTestSite({}, options.folder ?? temporaryFolder(), options.wrap);
    this.backend = new ScriptedBackend(this.site.clock, options.mostAtOnce);
    onTestFinished(() => this.stop());
  }

  get sync(): Sync {
    if (this.#sync === null) throw new Error('It was not started.');
    return this.#sync;
  }

  /** `settings`: what the configuration says now. */
  start(settings: Partial<BackendSettings> | null | undefined = this.#options.settings): void {
    const { chance } = this.#options;
    this.#sync = new Sync({
      site: this.site,
      log: createLog('debug', { write: (line) => this.lines.push(logLine.parse(JSON.parse(line))) }),
      settings: settings === null ? null : { ...SETTINGS, ...settings },
      userAgent: 'encoderd/test',
      open: (address, apiKey, signal) => {
        this.apiKey = apiKey;
        return this.open(address, apiKey, signal);
      },
      ...(chance && { chance }),
    });
    this.#sync.start();
  }

  async stop(): Promise<void> {
    await this.#sync?.[Symbol.asyncDispose]();
    this.#sync = null;
  }

  /** Starts, and waits until everything was walked through. */
  async connected(): Promise<void> {
    this.start();
    await this.until(() => this.sync.status().state === 'working' && !this.isWalking);
    await this.calm();
  }

  get isWalking(): boolean {
    const link = this.site.store.backend.read();
    return link === null || link.walkedAt === null || link.walk !== null;
  }

  /** Waits, without letting time pass, until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; turn < MANY_TURNS; turn += 1) {
      if (isSo()) return;
      await nextTurn();
      // A large mirror leaves the file to others now and then, by real time.
      if (turn % 100 === 99) await realTime(1);
    }
    throw new Error(`It did not come to that; the status is ${JSON.stringify(this.#sync?.status())}`);
  }

  /** Lets everything happen that does not wait for a time. */
  async calm(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) await nextTurn();
  }

  /** Lets time pass in small steps, each long enough for what happens in it. */
  async pass(ms: number, stepMs = 500): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.site.clock.advance(Math.min(left, stepMs));
      for (let turn = 0; turn < 12; turn += 1) await nextTurn();
    }
  }

  /** Lets time pass until it is so. */
  async passUntil(isSo: () => boolean, mostMs: number, stepMs = 500): Promise<void> {
    for (let passed = 0; passed <= mostMs; passed += stepMs) {
      if (isSo()) return;
      await this.pass(stepMs, stepMs);
    }
    throw new Error(`It did not come to that; the status is ${JSON.stringify(this.#sync?.status())}`);
  }

  /** A link that pairing brought. */
  get pairedLink(): BackendLink {
    return { ...UNREACHED_BACKEND, endpoint: 'https://paired.example', isPaired: true };
  }

  /** A card is written that names the access system of this desk. */
  writeCard(): void {
    const { store, clock } = this.site;
    const encoderId = addEncoder(this.site);
    store.attempts.insert(attempt('attempt', encoderId, ENDED));
    store.cardWrites.insert({
      id: 'write',
      card: { uid: '04A1B2C3', technology: 'ntag215' },
      encoderId,
      attemptId: 'attempt',
      credentialId: null,
      image: { kind: 'blank', format: 'ntag' },
      preimage: null,
      replacedId: null,
      outcome: 'written',
      startedAt: clock.now(),
      endedAt: clock.now(),
    });
  }

  /** So many users are made at this desk. */
  addUsers(count: number, name = 'Guest'): readonly string[] {
    return Array.from({ length: count }, (_, at) => addUser(this.site, `${name} ${at + 1}`).id);
  }

  get counts() {
    return this.site.store.outbox.counts();
  }

  /** What lies in the outbox, whatever became of it. */
  message(id: string): OutboxMessage {
    const message = this.site.store.outbox.get(id);
    if (message === null) throw new Error(`There is no message ${id}.`);
    return message;
  }

  get waiting(): readonly OutboxMessage[] {
    return this.site.store.outbox.waiting(0, 100_000);
  }

  logged(level: number): readonly string[] {
    return this.lines.filter((line) => line.level === level).map(({ msg }) => msg);
  }
}

/** A user as a backend has one. */
export const userState = (fullName: string, more: ResourceState = {}): ResourceState => ({
  fullName,
  emailAddress: null,
  phoneNumber: null,
  accessSchedule: null,
  userIdentityId: null,
  isSuspended: false,
  hidAcsSystemId: null,
  createdAt: Date.parse('2031-01-01T00:00:00Z'),
  accessGroupIds: [],
  grantedEntranceIds: [],
  ...more,
});
