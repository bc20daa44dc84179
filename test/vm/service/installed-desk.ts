import { z } from 'zod';
import { DeskApi } from '../desk-api.ts';
import { freePort } from '../free-port.ts';
import { Guest } from '../guest.ts';
import { quoted } from '../shell.ts';
import { HidBus } from '../uhid/hid-bus.ts';
import type { BuiltPackage } from './packages.ts';

const CONFIG = '/etc/encoderd/encoderd.yaml';
const DROP_IN = '/etc/systemd/system/encoderd.service.d/vm.conf';
/** Compiled code in the guest, for whatever user the daemon gets. */
const COMPILED = '/run/installed-compiled';
/** From a start to what a client sees: six programs start at once. */
const START_MS = 170_000;

/** A guest in which the daemon's package is installed, as a technician does that. */
export class InstalledDesk extends DeskApi implements AsyncDisposable {
  readonly guest: Guest;
  readonly hid: HidBus;
  protected override readonly patienceMs = START_MS;

  private constructor(guest: Guest, hid: HidBus, port: number) {
    super(port);
    this.guest = guest;
    this.hid = hid;
  }

  /** A clean Debian; nothing is installed yet. */
  static async open(): Promise<InstalledDesk> {
    const guest = await Guest.restore();
    try {
      const port = await freePort();
      const [hid] = await Promise.all([HidBus.open(guest), guest.forward(port)]);
      return new InstalledDesk(guest, hid, port);
    } catch (error) {
      await guest[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * What the guest is given beside the package: the port that this side has, and code that is compiled already. A service takes no files of Node.js that belong to
   * another user's name.
   */
  async prepare(compiled: string): Promise<void> {
    await this.guest.run(
      `set -e; mkdir ${COMPILED}; tar -x -f ${quoted(compiled)} -C ${COMPILED}
       for one in ${COMPILED}/*-0; do for uid in $(seq 100 120) $(seq 980 999); do ln -s "$one" "\${one%-0}-$uid"; done; done
       mkdir -p ${DROP_IN.replace(/\/[^/]*$/, '')}
       printf '[Service]\\nEnvironment=NODE_COMPILE_CACHE=${COMPILED} ENCODERD_PORT=${this.port}\\n' >${DROP_IN}`,
    );
  }

  /** dpkg, without a network; resolves with what it said. Rejects when it refuses. */
  install({ path }: BuiltPackage, words = ''): Promise<string> {
    return this.guest.run(`cd /; ${words} DEBIAN_FRONTEND=noninteractive dpkg -i ${quoted(path)} 2>&1`);
  }

  /** Makes an API key, as root, and uses it from now on. */
  async makeKey(): Promise<void> {
    const made = await this.encoderctl('keys create --name desk --json');
    this.token = z.object({ api_key: z.string() }).parse(JSON.parse(made)).api_key;
  }

  /** The technician's tool as it is on the PATH. */
  encoderctl(words: string, user?: 'clerk'): Promise<string> {
    return this.guest.run(this.#encoderctl(words), user === undefined ? {} : { user });
  }

  attemptEncoderctl(words: string, user?: 'clerk') {
    return this.guest.attempt(this.#encoderctl(words), user === undefined ? {} : { user });
  }

  /** What systemd says of the unit (systemctl(1), show). */
  async shown(property: string): Promise<string> {
    return (await this.guest.run(`systemctl show --value -p ${property} encoderd`)).trim();
  }

  systemctl(words: string): Promise<string> {
    return this.guest.run(`systemctl ${words}`);
  }

  /** Sets the options of one driver, as a technician does in an editor. */
  async configureDriver(driver: string, options: string): Promise<void> {
    const line = `  ${driver}: ${options}`;
    await this.guest.run(
      `sed -i ${quoted(`s#^  ${driver}:.*#${line}#`)} ${CONFIG}; grep -qF ${quoted(line)} ${CONFIG}`,
    );
  }

  /** Resolves once the daemon answers at its port, and is another process than `notPid`. */
  async healthy(notPid = '0'): Promise<void> {
    await this.until('the daemon answers', async () => {
      if ((await this.shown('MainPID')) === notPid) return undefined;
      const response = await fetch(`${this.url}/health`).catch(() => undefined);
      return response?.ok ? true : undefined;
    });
  }

  /** The end of the service's journal. */
  journal(lines = 60): Promise<string> {
    return this.guest.run(`journalctl -o cat --no-pager -n ${lines} -u encoderd`);
  }

  protected recentLog(): Promise<string> {
    return this.journal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
  }

  #encoderctl(words: string): string {
    const key = this.token === '' ? '' : ` --api-key ${this.token}`;
    return `cd /; env NODE_COMPILE_CACHE=${COMPILED} ENCODERD_PORT=${this.port} encoderctl ${words}${key}`;
  }
}
