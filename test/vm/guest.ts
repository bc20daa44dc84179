import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { vmImage } from '../../scripts/vm/image.ts';
import { Qemu } from '../../scripts/vm/qemu.ts';
import { listenOnce } from '../../scripts/vm/qmp.ts';
import { COMPILED } from './compile.ts';
import { GuestProgram } from './guest-program.ts';
import { type Outcome, quoted, Shell } from './shell.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Compiled code in the guest. */
const KEPT_COMPILED = '/run/compiled';

/** Has the kernel draw its random numbers from all that it was given (random(4), linux/random.h). */
const RNDRESEEDCRNG = 0x5207;

/** QEMU has this long to connect to a serial port. */
const CABLE_TIMEOUT_MS = 10_000;

/** What a command in the guest runs as. */
export interface RunWords {
  /** `clerk` is an ordinary user in no group; absent: root. */
  readonly user?: 'clerk';
}

/**
 * Debian in a virtual machine of its own, on the kernel that a desk has: it has just booted. The checkout is mounted where it is on this machine, and cannot be
 * changed from there; commands run in it, on its Node.js. To dispose of it is to pull its plug.
 */
export class Guest implements AsyncDisposable {
  readonly #qemu: Qemu;
  readonly #idle: Shell[];
  /** Those who wait for a shell. */
  readonly #waiting: ((shell: Shell) => void)[] = [];
  readonly #cables = new Map<string, { readonly id: string; readonly socket: Socket }>();
  #count = 0;

  private constructor(qemu: Qemu) {
    this.#qemu = qemu;
    this.#idle = qemu.shells.map((socket) => new Shell(socket));
  }

  /** Goes on where the image was saved; makes the image first where there is none. */
  static async restore(): Promise<Guest> {
    const { folder, savedState } = await vmImage();
    const guest = new Guest(await Qemu.start({ image: folder, savedState, shared: ROOT }));
    try {
      await guest.#settleIn();
      return guest;
    } catch (error) {
      await guest[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Rejects when the command fails, with what it said. */
  async run(command: string, words: RunWords = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.attempt(command, words);
    if (exitCode !== 0)
      throw new Error(`${command} ended with ${exitCode} in the guest:\n${stderr}${stdout}`);
    return stdout;
  }

  /** Runs a command in a shell, to its end, whatever that is. As many run at once as there are channels; the others wait. */
  async attempt(command: string, words: RunWords = {}): Promise<Outcome> {
    const shell = await this.#takeShell();
    try {
      return await shell.run(inCheckout(command, words), false, () => {});
    } finally {
      this.#giveBack(shell);
    }
  }

  /** Starts a program that is listened and spoken to while it runs. */
  async start(command: string, words: RunWords = {}): Promise<GuestProgram> {
    const shell = await this.#takeShell();
    this.#count += 1;
    const pidFile = `/run/program-${this.#count}`;
    const wrapped = inCheckout(`exec 2>&1; exec ${command}`, words);
    const program = new GuestProgram(shell, `echo $$ >${pidFile}; ${wrapped}`, (signal) =>
      this.run(`kill -s ${signal.slice(3)} "$(cat ${pidFile})"`),
    );
    program.ended.finally(() => this.#giveBack(shell)).catch(() => {});
    return program;
  }

  /**
   * Plugs in a USB serial adapter (an FTDI FT232 with `name` for its serial number), and resolves once the guest has it. What it returns is the device's end
   * of the wire; it ends when the adapter is unplugged. `by` is the name that udev gives it.
   */
  async plugSerial(name: string): Promise<{ readonly wire: Socket; readonly by: string }> {
    this.#count += 1;
    const id = `serial${this.#count}`;
    const path = join(this.#qemu.folder, id);
    const accept = await listenOnce(path, AbortSignal.timeout(CABLE_TIMEOUT_MS));
    const backend = { type: 'socket', data: { addr: { type: 'unix', data: { path } }, server: false } };
    await this.#qemu.monitor.run('chardev-add', { id: `${id}-wire`, backend });
    const socket = await accept();
    this.#cables.set(name, { id, socket });
    const device = { driver: 'usb-serial', bus: 'usb.0', serial: name, chardev: `${id}-wire`, id };
    await this.#qemu.monitor.run('device_add', device);
    const by = serialById(name);
    await this.run(`udevadm wait --settle --timeout=30 ${by}`);
    return { wire: socket, by };
  }

  /** Pulls the adapter out, whoever uses it. Resolves once the guest has seen that. */
  async unplugSerial(name: string): Promise<void> {
    const cable = this.#cables.get(name);
    if (cable === undefined) throw new Error(`no serial adapter ${name} is plugged in`);
    this.#cables.delete(name);
    await this.#qemu.monitor.pull(cable.id);
    await this.#qemu.monitor.run('chardev-remove', { id: `${cable.id}-wire` });
    cable.socket.destroy();
    await this.run(`udevadm wait --removed --settle --timeout=30 ${serialById(name)}`);
  }

  /**
   * Plugs in a virtio disk with a write cache, which an NBD server at this Unix socket serves, and resolves with its node.
   * Nothing but the guest's own flushes reach the server as such.
   */
  async plugDisk(socketPath: string): Promise<string> {
    this.#count += 1;
    const id = `disk${this.#count}`;
    const server = { type: 'unix', path: socketPath };
    await this.#qemu.monitor.run('blockdev-add', { driver: 'nbd', 'node-name': id, server });
    const device = { driver: 'virtio-blk-pci', drive: id, id, serial: id, 'write-cache': 'on' };
    await this.#qemu.monitor.run('device_add', device);
    const node = `/dev/disk/by-id/virtio-${id}`;
    await this.run(`udevadm wait --settle --timeout=30 ${node}`);
    return node;
  }

  /** Connections to this port of this machine's loopback come, in the guest, from its loopback to its loopback. Resolves when the guest is ready for them. */
  async forward(port: number): Promise<void> {
    await this.forwardDirectly(port, port);
    await this.run(
      `systemd-run -q --collect -- socat TCP-LISTEN:${port},bind=10.0.2.15,fork,reuseaddr TCP:127.0.0.1:${port}`,
    );
  }

  /** Connections to `port` of this machine's loopback come to `guestPort` of the guest's own address, for a program that listens there. */
  async forwardDirectly(port: number, guestPort: number): Promise<void> {
    const words = `hostfwd_add net tcp:127.0.0.1:${port}-10.0.2.15:${guestPort}`;
    const refused = await this.#qemu.monitor.runLine(words);
    if (refused.trim() !== '') throw new Error(`QEMU does not forward port ${port}: ${refused}`);
  }

  /**
   * Suspends the guest to its memory (ACPI S3), as a notebook that is closed, and wakes it up after `ms` of this side's time. The checkout is out of the
   * guest's reach from then on, for Linux's virtio-9p does not survive that: whatever runs from it has to be ended before.
   */
  async sleep(ms: number): Promise<void> {
    await this.run(`cd /; umount ${quoted(ROOT)}`);
    const { monitor } = this.#qemu;
    const asleep = monitor.event('SUSPEND');
    await this.run('systemctl --no-block suspend');
    await asleep;
    await pause(ms);
    const awake = monitor.event('WAKEUP');
    await monitor.run('system_wakeup');
    await awake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#cables.values()) socket.destroy();
    await this.#qemu[Symbol.asyncDispose]();
  }

  /** What cannot be saved with the image: the time, what is random (every guest would make up the same ids), the checkout, compiled code (Node.js wants a folder of its own for each user). */
  async #settleIn(): Promise<void> {
    const { exitCode, stderr } = await this.attempt(
      `set -e
       date -s @${Math.floor(Date.now() / 1000)} >/dev/null
       perl -e 'open F, ">", "/dev/urandom" or die; syswrite F, "${randomUUID()}"; ioctl F, ${RNDRESEEDCRNG}, 0 or die'
       busybox ifconfig "$(cd /sys/class/net && echo e*)" 10.0.2.15
       mkdir -p ${quoted(ROOT)}
       mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=524288 shared ${quoted(ROOT)}
       mkdir ${KEPT_COMPILED}
       tar -x -f ${quoted(COMPILED)} -C ${KEPT_COMPILED}
       for one in ${KEPT_COMPILED}/*-0; do ln -s "$one" "\${one%-0}-$(id -u clerk)"; done`,
    );
    if (exitCode !== 0) throw new Error(`the guest cannot be set up: ${stderr}`);
  }

  async #takeShell(): Promise<Shell> {
    const shell = this.#idle.pop();
    if (shell !== undefined) return shell;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(shell: Shell): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(shell);
    else next(shell);
  }
}

/** What udev calls the adapter, by its maker, its model and its serial number. */
function serialById(name: string): string {
  return `/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_${name}-if00-port0`;
}

function inCheckout(command: string, { user }: RunWords): string {
  const inside = `cd ${quoted(ROOT)} 2>/dev/null; PATH=${quoted(join(ROOT, '.node/bin'))}:$PATH; export NODE_COMPILE_CACHE=${KEPT_COMPILED}; ${command}`;
  const become = `setpriv --reuid=${user} --regid=${user} --init-groups --reset-env`;
  return user === undefined ? inside : `exec ${become} sh -c ${quoted(inside)}`;
}
