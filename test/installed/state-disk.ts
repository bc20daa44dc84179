import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mount } from '../doctor/systemd-container.ts';

/** What the file system can hold is less by its journal: enough for the state of a small desk and a copy of it. */
const SIZE_MB = 80;

/** A disk with an empty ext4 on it, in this machine's memory, at a loop device. */
export class StateDisk implements Disposable {
  readonly #leaving: DisposableStack;
  /** The device's number: block device 7:number in every mount namespace. */
  readonly number: number;
  readonly #device: string;

  constructor() {
    using leaving = new DisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-state-disk-'));
    leaving.defer(() => rmSync(folder, { recursive: true, force: true }));
    mount(leaving, folder, ['-t', 'tmpfs', 'tmpfs', folder]);
    const file = join(folder, 'disk');
    execFileSync('truncate', ['-s', `${SIZE_MB}M`, file]);
    // Nothing is kept back for root.
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', file]);
    this.#device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
    leaving.defer(() => void execFileSync('losetup', ['--detach', this.#device]));
    this.number = Number(this.#device.replace('/dev/loop', ''));
    this.#leaving = leaving.move();
  }

  /** e2fsck(8), as a computer does it when it starts; what it says. Throws while the disk is mounted, and where it could not mend everything. */
  check(): string {
    // 1: errors were there, and are mended.
    return execFileSync('sh', ['-c', 'e2fsck -p "$1" || [ $? = 1 ]', 'sh', this.#device], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  [Symbol.dispose](): void {
    this.#leaving.dispose();
  }
}
