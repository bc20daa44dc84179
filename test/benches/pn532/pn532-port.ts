import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Pn532Board, type Pn532BoardOptions } from './pn532-board.ts';
import type { Pn532Chip } from './pn532-chip.ts';

/** How long socat has to make the port. */
const PORT_TIMEOUT_MS = 30_000;

type Socat = ChildProcessByStdio<Writable, Readable, null>;

/** A PN532 on a serial port of its own: a pseudo terminal that socat makes. */
export class Pn532Port implements AsyncDisposable {
  /** What a host opens, at any baud rate. */
  readonly path: string;
  readonly board: Pn532Board;
  readonly #folder: string;
  #socat: Socat | undefined;

  private constructor(folder: string, options: Pn532BoardOptions) {
    this.#folder = folder;
    this.path = join(folder, 'port');
    this.board = new Pn532Board(
      {
        toHost: (bytes) => void this.#socat?.stdin.write(bytes),
        unplug: () => this.unplug(),
      },
      options,
    );
  }

  /** Rejects when socat is missing, or does not make the port in time. */
  static async open(options: Pn532BoardOptions = {}): Promise<Pn532Port> {
    const folder = await mkdtemp(join(tmpdir(), 'encoderd-pn532-'));
    const port = new Pn532Port(folder, options);
    try {
      await port.plug();
      return port;
    } catch (error) {
      await port[Symbol.asyncDispose]();
      throw error;
    }
  }

  get chip(): Pn532Chip {
    return this.board.chip;
  }

  /** Plugs the cable in: the chip gets power. Plugged in already is fine. */
  async plug(): Promise<void> {
    if (this.#socat !== undefined) return;
    this.board.power();
    const made = fileMade(this.#folder, this.path);
    const socat: Socat = spawn('socat', [`PTY,raw,echo=0,link=${this.path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#socat = socat;
    socat.stdout.on('data', (bytes: Uint8Array) => this.board.wire.fromHost(bytes));
    // The host may hang up while an answer is on its way.
    socat.stdin.on('error', () => {});
    const died = once(socat, 'exit').then(() => Promise.reject(new Error('socat ended')));
    await Promise.race([made, died]);
  }

  /** Pulls the cable; the cards stay where they lie. */
  async unplug(): Promise<void> {
    this.board.stop();
    const socat = this.#socat;
    this.#socat = undefined;
    if (socat === undefined || socat.exitCode !== null || socat.signalCode !== null) return;
    const ended = once(socat, 'exit');
    if (socat.kill()) await ended;
  }

  /** Takes the cards away, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.board.wire.clear();
    this.chip.place();
    await this.unplug();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function fileMade(folder: string, path: string): Promise<void> {
  const events = watch(folder, { signal: AbortSignal.timeout(PORT_TIMEOUT_MS) });
  if (existsSync(path)) return;
  for await (const _ of events) if (existsSync(path)) return;
}
