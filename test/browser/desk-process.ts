import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { systemClock } from '../../src/clock.ts';
import { SCOPES } from '../../src/model/api-key.ts';
import { createApiKey } from '../../src/site/api-keys.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const pairings = z.object({
  pairings: z.array(z.object({ pairing_id: z.string(), code: z.string().nullable() })),
});
const encoders = z.object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) });
const systems = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });
const user = z.object({ acs_user: z.object({ acs_user_id: z.string() }) });

/** A daemon with virtual encoders in a process of its own, that can be killed and comes back at the same port. */
export class DeskProcess implements AsyncDisposable {
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'encoderd-web-'));
  readonly #environment: Readonly<Record<string, string>>;
  #daemon: EncoderdProcess | null = null;
  url = '';
  /** An API key with every scope that a page may have. */
  key = '';

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** `encoders`: how many stand on the desk. */
  static async start(environment: Readonly<Record<string, string>> = {}, encoders = 2): Promise<DeskProcess> {
    const desk = new DeskProcess(environment);
    writeFileSync(join(desk.#stateDir, 'config.yaml'), `drivers: { virtual: { encoders: ${encoders} } }\n`);
    using store = openSqliteStore(join(desk.#stateDir, 'encoderd.db'));
    const scopes = SCOPES.filter((scope) => scope !== 'bridge');
    desk.key = createApiKey(store, { name: 'test', scopes }, systemClock.now()).token;
    await desk.start();
    return desk;
  }

  get daemon(): EncoderdProcess {
    if (this.#daemon === null) throw new Error('The daemon does not run.');
    return this.#daemon;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '0' : String(this.port);
    this.#daemon = await startEncoderd({
      ENCODERD_STATE_DIR: this.#stateDir,
      ENCODERD_CONFIG: join(this.#stateDir, 'config.yaml'),
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_PORT: port,
      ...this.#environment,
    });
    this.url = this.#daemon.url;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.daemon.kill();
    this.#daemon = null;
  }

  post(path: string, body: object): Promise<unknown> {
    return this.daemon.post(this.key, path, body);
  }

  /** What the desk shows for a page that waits; null where it does not. */
  async codeFor(pairingId: string): Promise<string | null> {
    const { pairings: waiting } = pairings.parse(await this.post('/v1/pairing/list', {}));
    return waiting.find(({ pairing_id }) => pairing_id === pairingId)?.code ?? null;
  }

  async encoderId(): Promise<string> {
    const { acs_encoders } = encoders.parse(await this.post('/acs/encoders/list', {}));
    return acs_encoders[0]?.acs_encoder_id ?? '';
  }

  async createUser(name: string): Promise<string> {
    const { acs_systems } = systems.parse(await this.post('/acs/systems/list', {}));
    const [system] = acs_systems;
    const made = await this.post('/acs/users/create', {
      acs_system_id: system?.acs_system_id,
      full_name: name,
    });
    return user.parse(made).acs_user.acs_user_id;
  }

  async placeCard(uid: string, encoderId?: string): Promise<void> {
    await this.post('/acs/encoders/simulate/place_card', {
      acs_encoder_id: encoderId ?? (await this.encoderId()),
      card: { technology: 'ntag213', uid },
    });
  }

  async removeCard(encoderId?: string): Promise<void> {
    await this.post('/acs/encoders/simulate/remove_card', {
      acs_encoder_id: encoderId ?? (await this.encoderId()),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#daemon !== null) await this.#daemon.stop();
    rmSync(this.#stateDir, { recursive: true, force: true });
  }
}
