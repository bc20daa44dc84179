import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { SeamHttp } from '@seamapi/http';
import { stringify } from 'yaml';
import { z } from 'zod';
import { acsEncoder } from '../../src/api/wire/acs-encoder.ts';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { Guest } from './guest.ts';
import type { GuestProgram } from './guest-program.ts';
import { quoted } from './shell.ts';
import { HidBus } from './uhid/hid-bus.ts';

const CONFIG = '/etc/encoderd.yaml';
const STATE = '/var/lib/encoderd';

/** The guest is slower than a desk: its processor is emulated. */
const PATIENCE_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;

export type WireEncoder = z.output<typeof acsEncoder>;
export type WireAttempt = z.output<typeof actionAttempt>;

/** The daemon, as a service runs it, in a guest of its own; apps reach it over the guest's loopback. */
export class VmDesk implements AsyncDisposable {
  readonly guest: Guest;
  readonly hid: HidBus;
  readonly #port: number;
  readonly #user: 'clerk' | undefined;
  #daemon: GuestProgram | undefined;
  #token = '';

  private constructor(guest: Guest, hid: HidBus, port: number, user: 'clerk' | undefined) {
    this.guest = guest;
    this.hid = hid;
    this.#port = port;
    this.#user = user;
  }

  /** A guest without a daemon yet: encoders can be plugged in before it starts. */
  static async open(user?: 'clerk'): Promise<VmDesk> {
    const guest = await Guest.restore();
    try {
      const port = await freePort();
      const [hid] = await Promise.all([HidBus.open(guest), guest.forward(port)]);
      return new VmDesk(guest, hid, port, user);
    } catch (error) {
      await guest[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the daemon with these `drivers` in its configuration file, again if it has ended. Resolves when it listens. */
  async startDaemon(drivers: object): Promise<void> {
    const config = stringify({ state_dir: STATE, port: this.#port, log_level: 'debug', drivers });
    const owner = this.#user ?? 'root';
    await this.guest.run(
      `printf %s ${quoted(config)} >${CONFIG}; mkdir -p ${STATE}; chown ${owner} ${STATE}`,
    );
    this.#daemon = await this.guest.start(
      `env ENCODERD_CONFIG=${CONFIG} node src/main.ts`,
      this.#user === undefined ? {} : { user: this.#user },
    );
    await this.#daemon.untilLine((line) => line.includes('"listening"'));
    if (this.#token !== '') return;
    const made = await this.encoderctl('keys create --name desk --json');
    this.#token = z.object({ api_key: z.string() }).parse(JSON.parse(made)).api_key;
  }

  /** Every line that the daemon has written. */
  get log(): readonly string[] {
    return this.#daemon?.lines ?? [];
  }

  get daemon(): GuestProgram {
    if (this.#daemon === undefined) throw new Error('no daemon was started');
    return this.#daemon;
  }

  get seam(): SeamHttp {
    return new SeamHttp({ apiKey: this.#token, endpoint: `http://127.0.0.1:${this.#port}` });
  }

  /** Runs the technician's tool in the guest; resolves with what it prints. */
  encoderctl(words: string): Promise<string> {
    const key = this.#token === '' ? '' : `--api-key ${this.#token} `;
    const command = `env ENCODERD_CONFIG=${CONFIG} node src/cli/encoderctl.ts ${words} ${key}`;
    return this.guest.run(command, this.#user === undefined ? {} : { user: this.#user });
  }

  async encoders(): Promise<readonly WireEncoder[]> {
    const { acs_encoders } = await this.post(
      '/acs/encoders/list',
      {},
      z.object({ acs_encoders: z.array(acsEncoder) }),
    );
    return acs_encoders;
  }

  /** Resolves with the encoder of this driver once it is there; one that an attempt waits for is `busy`. */
  async encoder(driver: string): Promise<WireEncoder> {
    return this.#until(`the encoder of ${driver} is there`, async () =>
      (await this.encoders()).find((one) => one.driver === driver && one.state !== 'offline'),
    );
  }

  /** Resolves once the encoder is not there any more. */
  async offline({ acs_encoder_id }: WireEncoder): Promise<void> {
    await this.#until('the encoder is offline', async () =>
      (await this.encoders()).find((one) => one.acs_encoder_id === acs_encoder_id && one.state === 'offline'),
    );
  }

  /** Resolves with the first line from `from` on of the daemon's log that fits. */
  logged(words: RegExp, from = 0): Promise<string> {
    return this.daemon.untilLine((line) => words.test(line), from, PATIENCE_MS);
  }

  /** Asks an encoder for something; resolves with the attempt as it begins. */
  async begin(path: string, encoder: WireEncoder, parameters: object = {}): Promise<WireAttempt> {
    const { action_attempt } = await this.post(
      path,
      { acs_encoder_id: encoder.acs_encoder_id, ...parameters },
      z.object({ action_attempt: actionAttempt }),
    );
    return action_attempt;
  }

  /** Resolves with the attempt once it is as wanted. */
  attempt(
    { action_attempt_id }: WireAttempt,
    what: string,
    isWanted: (attempt: WireAttempt) => boolean,
  ): Promise<WireAttempt> {
    return this.#until(`the attempt ${what}`, async () => {
      const { action_attempt } = await this.post(
        '/action_attempts/get',
        { action_attempt_id },
        z.object({ action_attempt: actionAttempt }),
      );
      if (!isWanted(action_attempt) && action_attempt.status !== 'pending' && what !== 'ends')
        throw new Error(`the attempt ended first: ${JSON.stringify(action_attempt)}`);
      return isWanted(action_attempt) ? action_attempt : undefined;
    });
  }

  /** Resolves with the attempt once it has ended. */
  end(attempt: WireAttempt): Promise<WireAttempt> {
    return this.attempt(attempt, 'ends', ({ status }) => status !== 'pending');
  }

  async post<T extends z.ZodType>(path: string, body: object, shape: T): Promise<z.output<T>> {
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return shape.parse(await response.json());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
  }

  async #until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const late = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > late)
        throw new Error(
          `never in ${PATIENCE_MS} ms: ${what}; the daemon's log:\n${this.log.slice(-40).join('\n')}`,
        );
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    }
  }
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
