import type { ByteLine } from '../../../drivers/ports/contract.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { answerFrame, CommandReader, type SimulatedMode } from './reader-frames.ts';
import { SimulatedReader } from './simulated-reader.ts';

/** A line to a device that is a function: gets what is written, and may send at any time. */
export class MemoryLine implements ByteLine {
  readonly path = '/dev/ttyACM0';
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  /** Everything that was written, one write each. */
  readonly written: Uint8Array[] = [];
  readonly #gone = new AbortController();
  readonly #device: (bytes: Uint8Array, send: (bytes: Uint8Array) => void) => void;

  constructor(device: (bytes: Uint8Array, send: (bytes: Uint8Array) => void) => void) {
    this.#device = device;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  lose(reason: EncoderError): void {
    this.#gone.abort(new EncoderError('device_lost', `given up: ${reason.message}`, { cause: reason }));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.gone.throwIfAborted();
    this.written.push(bytes);
    queueMicrotask(() => this.#device(bytes, (answer) => this.send(answer)));
  }

  /** What the device sends by itself. */
  send(bytes: Uint8Array): void {
    if (!this.gone.aborted) this.onBytes?.(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort(new EncoderError('device_lost', 'closed'));
  }
}

/** A simulated TWN4 at the other end of a line. */
export function lineToReader(
  mode: SimulatedMode,
  reader = new SimulatedReader(),
): { readonly line: MemoryLine; readonly reader: SimulatedReader } {
  const commands = new CommandReader(mode);
  let last: Promise<void> = Promise.resolve();
  const line = new MemoryLine((bytes, send) => {
    for (const command of commands.read(bytes)) {
      last = last.then(async () => send(answerFrame(mode, await reader.answer(command))));
    }
  });
  return { line, reader };
}
