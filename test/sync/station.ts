import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SeamHttp } from '@seamapi/http';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

/** Clients of tests ask faster than any app. */
const WIDE_LIMITS = { requests_per_second: 100_000, request_burst: 100_000, connections: 512 };

const attempt = z.looseObject({ action_attempt_id: z.string(), status: z.string() });
const encoderList = z.object({ acs_encoders: z.array(z.looseObject({ acs_encoder_id: z.string() })) });
const systemList = z.object({ acs_systems: z.array(z.looseObject({ acs_system_id: z.string() })) });

export interface ScannedCard {
  readonly technology: string;
  readonly uid: string;
}

/** A daemon in a process of its own, with its state folder: a front desk, or a property server. */
export class Station implements AsyncDisposable {
  readonly name: string;
  readonly stateDir: string;
  token = '';
  #config: Readonly<Record<string, unknown>>;
  #process: EncoderdProcess | null = null;

  private constructor(name: string, config: Readonly<Record<string, unknown>>) {
    this.name = name;
    this.stateDir = mkdtempSync(join(tmpdir(), 'encoderd-station-'));
    this.#config = config;
  }

  static async open(name: string, config: Readonly<Record<string, unknown>> = {}): Promise<Station> {
    const station = new Station(name, config);
    await station.start();
    station.token = station.createKey('test', ['read', 'scan', 'encode', 'manage', 'admin']);
    return station;
  }

  get url(): string {
    if (this.#process === null) throw new Error(`${this.name} is not running.`);
    return this.#process.url;
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  get file(): string {
    return join(this.stateDir, 'encoderd.db');
  }

  get seam(): SeamHttp {
    return new SeamHttp({ apiKey: this.token, endpoint: this.url });
  }

  /** What it has written to its log since it was started last. */
  get output(): readonly string[] {
    return this.#process?.output ?? [];
  }

  /** What the configuration says from the next start on. */
  reconfigure(config: Readonly<Record<string, unknown>>): void {
    this.#config = config;
  }

  async start(): Promise<void> {
    const file = join(this.stateDir, 'encoderd.yaml');
    const site = { name: this.name, entrances: ['Main entrance'] };
    writeFileSync(
      file,
      JSON.stringify({
        ...{ port: 0, drivers: { virtual: {} }, log_level: 'info', limits: WIDE_LIMITS, site },
        ...this.#config,
      }),
    );
    this.#process = await startEncoderd({ ENCODERD_STATE_DIR: this.stateDir, ENCODERD_CONFIG: file });
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const code = (await this.#process?.stop()) ?? null;
    this.#process = null;
    return code;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** Its store, beside the daemon's own connection. */
  openStore(): Store {
    return openSqliteStore(this.file);
  }

  createKey(name: string, scopes: Parameters<typeof createApiKey>[1]['scopes']): string {
    using store = this.openStore();
    return createApiKey(store, { name, scopes }, Date.now()).token;
  }

  /** One request; rejects when it was refused. */
  async ask<T extends z.ZodType>(path: string, body: object, envelope: T): Promise<z.output<T>> {
    const response = await fetch(new URL(path, this.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said: unknown = await response.json();
    if (response.status !== 200)
      throw new Error(`${this.name} ${path}: ${response.status} ${JSON.stringify(said)}`);
    return envelope.parse(said);
  }

  /** Runs `encoderctl` on its state folder; rejects when that fails. */
  encoderctl(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, ENCODERD_STATE_DIR: this.stateDir };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [ENCODERCTL, ...words], { env, timeout: 60_000 }, (error, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(new Error(`${this.name}: encoderctl ${words.join(' ')}: ${stderr}`)),
      );
    });
  }

  async systemId(): Promise<string> {
    return (await this.ask('/acs/systems/list', {}, systemList)).acs_systems[0]?.acs_system_id ?? '';
  }

  async encoderIds(): Promise<readonly string[]> {
    const { acs_encoders } = await this.ask('/acs/encoders/list', {}, encoderList);
    return acs_encoders.map(({ acs_encoder_id }) => acs_encoder_id);
  }

  /** A clerk asks an encoder to assign a card, puts it there and takes it away; resolves with how the attempt ended. */
  async scanToAssign(acs_user_id: string, card: ScannedCard, encoder = 0) {
    const acs_encoder_id = (await this.encoderIds())[encoder] ?? '';
    const envelope = z.object({ action_attempt: attempt });
    const order = { acs_encoder_id, acs_user_id };
    const begun = await this.ask('/acs/encoders/scan_to_assign_credential', order, envelope);
    await until(`${this.name} has its encoder`, () =>
      this.ask('/acs/encoders/simulate/place_card', { acs_encoder_id, card }, z.looseObject({})).catch(
        // Right after a start the encoder may not be open yet.
        (error: Error) => (error.message.includes('"encoder_offline"') ? null : Promise.reject(error)),
      ),
    );
    const { action_attempt_id } = begun.action_attempt;
    const ended = await until(`${this.name} assigns the card ${card.uid}`, async () => {
      const { action_attempt } = await this.ask('/action_attempts/get', { action_attempt_id }, envelope);
      return action_attempt.status === 'pending' ? null : action_attempt;
    });
    await this.ask('/acs/encoders/simulate/remove_card', { acs_encoder_id }, z.looseObject({}));
    return ended;
  }
}

/** Asks again and again until there is an answer other than null. Rejects with `what` when there is none in time. */
export async function until<T>(what: string, ask: () => Promise<T | null>, withinMs = 20_000): Promise<T> {
  const last = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > last) throw new Error(`It took too long: ${what}.`);
    await pause(20);
  }
}

let cards = 0;

/** A card that nobody has. */
export function newCard(): ScannedCard {
  cards += 1;
  const drawn = crypto.getRandomValues(Buffer.alloc(3)).toString('hex').toUpperCase();
  return { technology: 'ntag215', uid: `04${drawn}${cards.toString(16).toUpperCase().padStart(6, '0')}` };
}
