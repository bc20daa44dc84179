import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { vmImage } from '../../scripts/vm/image.ts';
import type { Outcome } from '../../src/doctor/command.ts';
import { mount, SystemdContainer } from '../doctor/systemd-container.ts';
import { StateDisk } from './state-disk.ts';
import { Transcript } from './transcript.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
/** Where the computer has the checkout, for the property's app; the daemon never looks there. */
const APP = '/opt/property-app';
/** Where the computer has the packages. */
export const STICK = '/media/usb-stick';
/** Where vsmartcard-vpcd waits for a card. */
const VPCD_PORT = 35_963;
/** The package and its successor, both unpacked, and what they write. */
const ROOM_MB = 1500;
const PATIENCE_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;

/** A clean Debian without a network, in a container; a technician and a clerk work at it. */
export class DeskComputer implements AsyncDisposable {
  readonly transcript = new Transcript();
  readonly container: SystemdContainer;
  readonly disk: StateDisk;
  readonly #leaving: AsyncDisposableStack;
  #key = '';

  private constructor(container: SystemdContainer, disk: StateDisk, leaving: AsyncDisposableStack) {
    this.container = container;
    this.disk = disk;
    this.#leaving = leaving;
  }

  /** `packages`: a folder of this machine, at STICK there. The Debian is that of the virtual machine (scripts/vm), which is made where it is missing. */
  static async open(packages: string): Promise<DeskComputer> {
    const { folder } = await vmImage();
    await using leaving = new AsyncDisposableStack();
    const below = mkdtempSync(join(tmpdir(), 'encoderd-debian-'));
    leaving.defer(() => rmdirSync(below));
    mount(leaving, below, ['-o', 'ro,loop', join(folder, 'disk'), below]);
    const disk = leaving.use(new StateDisk());
    const container = leaving.use(
      await SystemdContainer.start({
        below,
        roomMb: ROOM_MB,
        shown: [
          [CHECKOUT, APP],
          [packages, STICK],
        ],
        prepare: withoutShells,
        path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        folder: '/root',
      }),
    );
    return new DeskComputer(container, disk, leaving.move());
  }

  /** What the technician, as root, types; the transcript has it. */
  async technician(command: string): Promise<Outcome> {
    const outcome = await this.container.attempt(`{ ${command}\n} 2>&1`, PATIENCE_MS);
    this.transcript.add('#', command, outcome.stdout);
    return outcome;
  }

  /** What a command of root's says, which no technician would type. */
  async look(command: string): Promise<string> {
    return (await this.container.run(command)).trim();
  }

  /** The property's app asks with this key from now on; the transcript shows it nowhere. */
  useKey(key: string): void {
    this.#key = key;
    this.transcript.hide(key, '<the API key>');
  }

  /** Runs the property's app (front-desk-app.ts) as the clerk; the transcript has what it says. */
  async app(words: string): Promise<Outcome> {
    const outcome = await this.container.attempt(`${this.#app(words)} 2>&1`, PATIENCE_MS);
    this.transcript.add('$', this.#asTyped(words), outcome.stdout);
    return outcome;
  }

  /** The same, where the app asks for a card in pcscd's reader: it is put there once the app has said so. */
  async appWithCard(words: string, uid: string): Promise<string> {
    const app = this.container.begin(this.#app(words));
    const programs = [app];
    let said = '';
    try {
      if (app.stdout === null) throw new Error('the app has no output');
      for await (const line of createInterface({ input: app.stdout })) {
        said += `${line}\n`;
        if (/^Put a card/.test(line)) programs.push(this.#card(uid));
      }
    } finally {
      await Promise.all(programs.map(ended));
    }
    this.transcript.add('$', this.#asTyped(words), said);
    return said;
  }

  /** What systemd says of the unit (systemctl(1), show). */
  shown(property: string): Promise<string> {
    return this.look(`systemctl show --value -p ${property} encoderd`);
  }

  /** Looks again and again. */
  async until<T>(what: string, see: () => Promise<T | undefined>): Promise<T> {
    const late = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await see();
      if (found !== undefined) return found;
      if (Date.now() > late) {
        const journal = await this.look('journalctl -o cat --no-pager -n 40 -u encoderd');
        throw new Error(`never in ${PATIENCE_MS} ms: ${what}; the journal:\n${journal}`);
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaving.disposeAsync();
  }

  #card(uid: string): ChildProcess {
    const program = `${APP}/test/installed/card-in-reader.ts ${VPCD_PORT} ${uid}`;
    return this.container.begin(`${APP}/.node/bin/node ${program}`);
  }

  #app(words: string): string {
    const environment = `SEAM_API_KEY=${this.#key} SEAM_ENDPOINT=http://127.0.0.1:3375`;
    return `runuser -u clerk -- env ${environment} ${APP}/.node/bin/node ${APP}/test/installed/front-desk-app.ts ${words}`;
  }

  #asTyped(words: string): string {
    return `SEAM_API_KEY=${this.#key} SEAM_ENDPOINT=http://127.0.0.1:3375 node front-desk-app.ts ${words}`;
  }
}

/** The shells of the virtual machine have no channels here. */
function withoutShells(root: string): void {
  const unit = join(root, 'etc/systemd/system/vm-shell@.service');
  rmSync(unit, { force: true });
  symlinkSync('/dev/null', unit);
}

/** Resolves once a program has ended, which is told to by the end of its standard input. */
async function ended(program: ChildProcess): Promise<void> {
  program.stdin?.end();
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
}
