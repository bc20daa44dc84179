import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeamHttp } from '@seamapi/http';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { type Clock, systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { createLog, RecentLines } from '../../src/log.ts';
import type { Scope } from '../../src/model/api-key.ts';
import { createApiKey, revokeApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { LiveClient } from './live-client.ts';
import { checkedSeam, RawClient } from './raw-client.ts';

const ALL_BUT_ADMIN: readonly Scope[] = ['read', 'scan', 'encode', 'manage'];

/** Tests ask faster than any app; those about limits set their own. */
const WIDE_LIMITS = { requests_per_second: 100_000, request_burst: 100_000, connections: 2048 };

export interface DeskOptions {
  /** The configuration file; `limits` are wide unless it says so. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

const logLine = z.looseObject({ level: z.int(), msg: z.string() });
export type LogLine = z.output<typeof logLine>;

/** pino's number for `error`; fatal is above. */
const ERROR = 50;

/** A daemon with virtual encoders in this process, its state folder, and one app with an API key. */
export class Desk implements AsyncDisposable {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'encoderd-desk-'));
  readonly lines: LogLine[] = [];
  /** The log of the daemon that runs. */
  log = createLog('silent');
  token = '';
  systemId = '';
  encoderId = '';
  secondEncoderId = '';
  #options: DeskOptions;
  #daemon: Daemon | null = null;

  private constructor(options: DeskOptions) {
    this.#options = options;
  }

  static async open(options: DeskOptions = {}): Promise<Desk> {
    const desk = new Desk(options);
    await desk.start();
    desk.token = desk.createKey('front desk');
    const [system] = await desk.seam.acs.systems.list();
    const [first, second] = await desk.seam.acs.encoders.list();
    desk.systemId = system?.acs_system_id ?? '';
    desk.encoderId = first?.acs_encoder_id ?? '';
    desk.secondEncoderId = second?.acs_encoder_id ?? '';
    return desk;
  }

  get url(): string {
    if (this.#daemon === null) throw new Error('The daemon is not running.');
    return this.#daemon.url;
  }

  /** The port alone. */
  get port(): number {
    return Number(new URL(this.url).port);
  }

  get seam(): SeamHttp {
    return checkedSeam(this.url, this.token);
  }

  get raw(): RawClient {
    return new RawClient(this.url, this.token);
  }

  /** Another app: a raw client with a key of its own. */
  app(name: string, scopes: readonly Scope[] = ALL_BUT_ADMIN): RawClient {
    return new RawClient(this.url, this.createKey(name, scopes));
  }

  live(after?: number): Promise<LiveClient> {
    return LiveClient.open(this.url, this.token, after);
  }

  async start(): Promise<void> {
    const { config = {}, clock = systemClock } = this.#options;
    const file = join(this.stateDir, 'encoderd.yaml');
    const limits = { ...WIDE_LIMITS, ...Object(config['limits']) };
    writeFileSync(file, JSON.stringify({ drivers: { virtual: {} }, port: 0, ...config, limits }));
    const flags = ['--config', file, '--state-dir', this.stateDir];
    const recent = new RecentLines();
    const write = (line: string) => this.lines.push(logLine.parse(JSON.parse(line)));
    this.log = createLog('debug', { write }, recent);
    this.#daemon = await startDaemon(readConfig(flags, {}), clock, this.log, recent);
  }

  async stop(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    this.#daemon = null;
  }

  /** What the configuration file says from the next start on. */
  reconfigure(config: Readonly<Record<string, unknown>>): void {
    this.#options = { ...this.#options, config };
  }

  /** Stops the daemon and starts another on the same state; the URL changes. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Returns the key itself. */
  createKey(name: string, scopes: readonly Scope[] = ALL_BUT_ADMIN): string {
    return this.inStore((store) => createApiKey(store, { name, scopes }, Date.now()).token);
  }

  revokeKey(name: string): void {
    this.inStore((store) => revokeApiKey(store, name, Date.now()));
  }

  /** Works on the state folder as `encoderctl` does: beside the daemon. */
  inStore<T>(work: (store: Store) => T): T {
    using store = openSqliteStore(join(this.stateDir, 'encoderd.db'));
    return work(store);
  }

  /** Lines that say that something went wrong that nobody foresaw. */
  get errorLines(): readonly LogLine[] {
    return this.lines.filter(({ level }) => level >= ERROR);
  }

  async placeCard(card: object, encoderId = this.encoderId): Promise<void> {
    await this.raw.ask(
      '/acs/encoders/simulate/place_card',
      { acs_encoder_id: encoderId, card },
      z.looseObject({}),
    );
  }

  async removeCard(encoderId = this.encoderId): Promise<void> {
    await this.raw.ask(
      '/acs/encoders/simulate/remove_card',
      { acs_encoder_id: encoderId },
      z.looseObject({}),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

/** Opens a desk before the tests of this block and closes it after them; by then nothing may have gone wrong that nobody foresaw. */
export function openDeskFirst(use: (desk: Desk) => void, options: DeskOptions = {}): void {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open(options);
    use(desk);
  });
  afterAll(async () => {
    const { errorLines } = desk;
    await desk[Symbol.asyncDispose]();
    expect(errorLines).toEqual([]);
  });
}
