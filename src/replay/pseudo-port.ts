import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PORT_TIMEOUT_MS = 5_000;

/** A serial port without a device: a pseudo terminal that socat makes. What is written to `path` is dropped; `send` is what its reader gets. */
export class PseudoPort implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;
  readonly #socat: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.path = path;
    this.#socat = spawn('socat', [`PTY,raw,echo=0,link=${path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#socat.stdout.resume();
    // The driver may hang up while an answer is on its way.
    this.#socat.stdin.on('error', () => {});
  }

  /** Rejects when socat is missing, or does not make the port in time. */
  static async open(): Promise<PseudoPort> {
    const folder = await mkdtemp(join(tmpdir(), 'encoderd-replay-'));
    const path = join(folder, 'port');
    const made = Promise.withResolvers<void>();
    const watcher = watch(folder, () => existsSync(path) && made.resolve());
    const late = setTimeout(() => made.reject(new Error('socat made no port')), PORT_TIMEOUT_MS);
    const port = new PseudoPort(folder, path);
    port.#socat.once('error', made.reject);
    if (existsSync(path)) made.resolve();
    try {
      await made.promise;
      return port;
    } catch (error) {
      await port[Symbol.asyncDispose]();
      throw error;
    } finally {
      watcher.close();
      clearTimeout(late);
    }
  }

  send(bytes: Uint8Array): void {
    this.#socat.stdin.write(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const socat = this.#socat;
    if (socat.pid !== undefined && socat.exitCode === null && socat.signalCode === null) {
      const ended = once(socat, 'exit');
      socat.kill();
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
