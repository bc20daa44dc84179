import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnce, Qmp } from './qmp.ts';

/** Channels to shells in the guest: as many commands can run at once. */
export const SHELLS = 6;

/** QEMU has this long to call back on its channels. */
const CALL_BACK_TIMEOUT_MS = 30_000;

const MEMORY_MIB = 1536;

/** What Node.js is built for, and no more: wide vectors take longer to emulate than what they stand for. */
const PROCESSOR = 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt';

export interface QemuSetup {
  /** Holds vmlinuz, initrd and disk. */
  readonly image: string;
  /** Where the guest was saved, to go on from there; the disk is then not changed. Absent: it boots. */
  readonly savedState?: string;
  /** The folder that the guest can mount, as `shared` by 9p, and cannot change. One that has mounted it cannot be saved. */
  readonly shared: string;
}

/**
 * A running QEMU. It is ended with the process that started it, whatever ends that; to dispose of it is to end it at once.
 * It emulates the processor in software: nothing of the machine's own is needed.
 */
export class Qemu implements AsyncDisposable {
  readonly monitor: Qmp;
  readonly shells: readonly Socket[];
  /** For sockets of the harness; removed in the end. */
  readonly folder: string;
  readonly process: ChildProcess;

  private constructor(folder: string, child: ChildProcess, monitor: Qmp, shells: readonly Socket[]) {
    this.folder = folder;
    this.process = child;
    this.monitor = monitor;
    this.shells = shells;
  }

  /** Resolves when QEMU runs and its channels are open. Rejects with what it wrote when it ends before. */
  static async start(setup: QemuSetup): Promise<Qemu> {
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-vm-'));
    const givenUp = new AbortController();
    const timer = setTimeout(
      () => givenUp.abort(new Error('QEMU did not call back in time')),
      CALL_BACK_TIMEOUT_MS,
    );
    const acceptMonitor = await Qmp.listen(join(folder, 'monitor'), givenUp.signal);
    const acceptShells = await Promise.all(
      shellNames.map((name) => listenOnce(join(folder, name), givenUp.signal)),
    );
    // setpriv: the kernel ends QEMU when this process ends, even by SIGKILL.
    const words = ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...wordsFor(setup, folder)];
    const child = spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`QEMU ended at its start: ${said}${consoleOf(folder)}`);
    });
    try {
      const [monitor, ...shells] = await Promise.race([
        Promise.all([acceptMonitor(), ...acceptShells.map((accept) => accept())]),
        ended,
      ]);
      ended.catch(() => {});
      return new Qemu(folder, child, monitor, shells);
    } catch (error) {
      givenUp.abort(error);
      await end(child);
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the guest's kernel wrote on its console. */
  get console(): string {
    return consoleOf(this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.process);
    for (const shell of this.shells) shell.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const shellNames = Array.from({ length: SHELLS }, (_, number) => `shell${number}`);

function wordsFor({ image, savedState, shared }: QemuSetup, folder: string): string[] {
  const kernelWords = 'root=/dev/vda console=ttyS0 panic=-1 mitigations=off systemd.show_status=0 quiet';
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-machine', 'pc', '-accel', 'tcg', '-cpu', PROCESSOR, '-smp', '1', '-m', String(MEMORY_MIB)],
    ...['-kernel', join(image, 'vmlinuz'), '-initrd', join(image, 'initrd'), '-append', kernelWords],
    // What QEMU writes on console would fill its pipe.
    ...['-serial', `file:${join(folder, 'console')}`],
    ...['-chardev', `socket,id=monitor,path=${join(folder, 'monitor')}`, '-mon', 'monitor,mode=control'],
    ...['-device', 'virtio-rng-pci', '-device', 'qemu-xhci,id=usb', '-device', 'virtio-serial-pci'],
    ...shellNames.flatMap((name) => [
      ...['-chardev', `socket,id=${name},path=${join(folder, name)}`],
      ...['-device', `virtserialport,chardev=${name},name=${name}`],
    ]),
    ...['-netdev', 'user,id=net,restrict=on', '-device', 'virtio-net-pci,netdev=net'],
    ...['-fsdev', `local,id=shared,path=${shared},security_model=none,readonly=on`],
    ...['-device', 'virtio-9p-pci,fsdev=shared,mount_tag=shared'],
    ...['-drive', `file=${join(image, 'disk')},format=raw,if=virtio,cache=unsafe`],
    ...(savedState === undefined ? [] : ['-snapshot', '-incoming', `exec:cat '${savedState}'`]),
  ];
}

function consoleOf(folder: string): string {
  const path = join(folder, 'console');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
    await once(child, 'exit');
}
