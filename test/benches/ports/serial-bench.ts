import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** How long socat has to make the port. */
const PORT_TIMEOUT_MS = 30_000;

/**
 * A serial port with a simulated device at its end: a pseudo terminal that socat makes. The driver opens `path`, at any baud rate; the device gets
 * what it writes by `onBytes`, in pieces as they come, and answers by `send`. To dispose of it is to pull its cable for good.
 */
export class SimulatedSerialPort implements AsyncDisposable {
  /** The same after replugging. */
  readonly path: string;
  /** Gets what the driver writes. */
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  readonly #folder: string;
  #socat: ChildProcessByStdio<Writable, Readable, null> | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'port');
  }

  /** Plugged in. Rejects when socat is missing, or does not make the port in time. */
  static async open(): Promise<SimulatedSerialPort> {
    const port = new SimulatedSerialPort(await mkdtemp(join(tmpdir(), 'encoderd-port-')));
    try {
      await port.replug();
      return port;
    } catch (error) {
      await port[Symbol.asyncDispose]();
      throw error;
    }
  }

  get isPlugged(): boolean {
    return this.#socat !== undefined;
  }

  /** What the device sends; nothing when it is unplugged. */
  send(bytes: Uint8Array): void {
    this.#socat?.stdin.write(bytes);
  }

  /** The device takes nothing more, and says nothing: what the driver writes stays in the system until that is full. Until it is unplugged. */
  hang(): void {
    this.#socat?.kill('SIGSTOP');
  }

  /** Pulls the cable: the port is gone when this resolves, and what was on its way is lost. Unplugged already is fine. */
  async unplug(): Promise<void> {
    const socat = this.#socat;
    this.#socat = undefined;
    if (socat === undefined) return;
    socat.stdout.removeAllListeners('data').resume();
    if (socat.exitCode === null && socat.signalCode === null && socat.kill()) {
      const ended = once(socat, 'exit');
      socat.kill('SIGCONT');
      await ended;
    }
    await rm(this.path, { force: true });
  }

  /** Pulls the cable while this process does nothing else: the system has told of it when this returns, and this process has heard nothing. */
  unplugMeanwhile(): void {
    const socat = this.#socat;
    if (socat?.kill('SIGKILL') !== true) throw new Error('nothing is plugged in');
    while (!/\) Z /.test(readFileSync(`/proc/${socat.pid}/stat`, 'utf8')));
  }

  /** Gives the port back at the same path; it is there when this resolves. Plugged in already is fine. */
  async replug(): Promise<void> {
    if (this.#socat !== undefined) return;
    const made = fileMade(this.#folder, this.path);
    const socat = spawn('socat', [`PTY,raw,echo=0,link=${this.path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#socat = socat;
    socat.stdout.on('data', (bytes: Uint8Array) => this.onBytes?.(bytes));
    // The cable may be pulled while an answer is on its way.
    socat.stdin.on('error', () => {});
    const ended = once(socat, 'exit').then(() => Promise.reject(new Error('socat ended')));
    ended.catch(() => {});
    await Promise.race([made, ended]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when the path is there. */
async function fileMade(folder: string, path: string): Promise<void> {
  const made = Promise.withResolvers<void>();
  const watcher = watch(folder, () => existsSync(path) && made.resolve());
  const deadline = setTimeout(
    () => made.reject(new Error(`socat made no port within ${PORT_TIMEOUT_MS} ms`)),
    PORT_TIMEOUT_MS,
  );
  if (existsSync(path)) made.resolve();
  await made.promise.finally(() => {
    watcher.close();
    clearTimeout(deadline);
  });
}
