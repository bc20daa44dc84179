import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  ACK_FRAME,
  ERROR_FRAME,
  encodeFrame,
  FROM_CHIP,
  FROM_HOST,
  FrameReader,
  NACK_FRAME,
} from './frame-codec.ts';
import { Pn532Chip } from './pn532-chip.ts';

/** How long socat has to make the port. */
const PORT_TIMEOUT_MS = 5_000;

/** A PN532 on a serial port of its own: a pseudo terminal that socat makes. To dispose of it is to pull its cable. */
export class Pn532Port implements AsyncDisposable {
  /** What a host opens, at any baud rate. */
  readonly path: string;
  readonly chip = new Pn532Chip();
  readonly #folder: string;
  readonly #socat: ChildProcessByStdio<Writable, Readable, null>;
  readonly #frames = new FrameReader();
  #running = new AbortController();
  #lastSent: Uint8Array = ACK_FRAME;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.path = path;
    this.#socat = spawn('socat', [`PTY,raw,echo=0,link=${path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#socat.stdout.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    // The host may hang up while an answer is on its way.
    this.#socat.stdin.on('error', () => {});
  }

  /** Rejects when socat is missing, or does not make the port in time. */
  static async open(): Promise<Pn532Port> {
    const folder = await mkdtemp(join(tmpdir(), 'encoderd-pn532-'));
    const path = join(folder, 'port');
    const made = fileMade(folder, path);
    const port = new Pn532Port(folder, path);
    try {
      await Promise.race([
        made,
        once(port.#socat, 'exit').then(() => Promise.reject(new Error('socat ended'))),
      ]);
      return port;
    } catch (error) {
      await port[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running.abort();
    if (this.#socat.exitCode === null && this.#socat.signalCode === null && this.#socat.kill()) {
      await once(this.#socat, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #receive(bytes: Uint8Array): void {
    for (const frame of this.#frames.push(bytes)) {
      switch (frame.kind) {
        // What is under way ends without an answer.
        case 'ack':
          this.#running.abort();
          break;
        case 'nack':
          this.#socat.stdin.write(this.#lastSent);
          break;
        case 'broken':
          this.#socat.stdin.write(NACK_FRAME);
          break;
        case 'data':
          if (frame.data[0] === FROM_HOST) void this.#answer(frame.data.subarray(1));
      }
    }
  }

  async #answer(command: Uint8Array): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#socat.stdin.write(ACK_FRAME);
    const answer = await this.chip.answer(command, signal);
    if (signal.aborted) return;
    this.#lastSent = answer === undefined ? ERROR_FRAME : encodeFrame(Uint8Array.of(FROM_CHIP, ...answer));
    this.#socat.stdin.write(this.#lastSent);
  }
}

async function fileMade(folder: string, path: string): Promise<void> {
  const events = watch(folder, { signal: AbortSignal.timeout(PORT_TIMEOUT_MS) });
  if (existsSync(path)) return;
  for await (const _ of events) if (existsSync(path)) return;
}
