import { stringify } from 'yaml';
import { z } from 'zod';
import { DeskApi, PATIENCE_MS } from './desk-api.ts';
import { freePort } from './free-port.ts';
import { Guest } from './guest.ts';
import type { GuestProgram } from './guest-program.ts';
import { quoted } from './shell.ts';
import { HidBus } from './uhid/hid-bus.ts';

const CONFIG = '/etc/encoderd.yaml';
const STATE = '/var/lib/encoderd';

/** The daemon, as a service runs it, in a guest of its own; apps reach it over the guest's loopback. */
export class VmDesk extends DeskApi implements AsyncDisposable {
  readonly guest: Guest;
  readonly hid: HidBus;
  readonly #user: 'clerk' | undefined;
  #daemon: GuestProgram | undefined;

  private constructor(guest: Guest, hid: HidBus, port: number, user: 'clerk' | undefined) {
    super(port);
    this.guest = guest;
    this.hid = hid;
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
    const config = stringify({ state_dir: STATE, port: this.port, log_level: 'debug', drivers });
    const owner = this.#user ?? 'root';
    await this.guest.run(
      `printf %s ${quoted(config)} >${CONFIG}; mkdir -p ${STATE}; chown ${owner} ${STATE}`,
    );
    this.#daemon = await this.guest.start(
      `env ENCODERD_CONFIG=${CONFIG} node src/main.ts`,
      this.#user === undefined ? {} : { user: this.#user },
    );
    await this.#daemon.untilLine((line) => line.includes('"listening"'));
    if (this.token !== '') return;
    const made = await this.encoderctl('keys create --name desk --json');
    this.token = z.object({ api_key: z.string() }).parse(JSON.parse(made)).api_key;
  }

  /** Every line that the daemon has written. */
  get log(): readonly string[] {
    return this.#daemon?.lines ?? [];
  }

  get daemon(): GuestProgram {
    if (this.#daemon === undefined) throw new Error('no daemon was started');
    return this.#daemon;
  }

  /** Runs the technician's tool in the guest; resolves with what it prints. */
  encoderctl(words: string): Promise<string> {
    const key = this.token === '' ? '' : `--api-key ${this.token} `;
    const command = `env ENCODERD_CONFIG=${CONFIG} node src/cli/encoderctl.ts ${words} ${key}`;
    return this.guest.run(command, this.#user === undefined ? {} : { user: this.#user });
  }

  /** Resolves with the first line from `from` on of the daemon's log that fits. */
  logged(words: RegExp, from = 0): Promise<string> {
    return this.daemon.untilLine((line) => words.test(line), from, PATIENCE_MS);
  }

  protected async recentLog(): Promise<string> {
    return this.log.slice(-40).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
  }
}
