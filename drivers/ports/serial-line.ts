import { EncoderError } from '../../src/encoder/errors.ts';
import type { LineTap } from '../../src/encoder/tap.ts';
import type { ByteLine } from './contract.ts';
import { LineEnd, said } from './line-end.ts';
import { settledWithin } from './waiting.ts';

/** How long closing may take: the kernel waits for a device that holds back what was written (closing_wait, up to 30 s). */
const CLOSE_MS = 1_000;
/** More than a device sends in one go. */
const READ_BYTES = 4_096;

/** What is used of an open port of the package serialport: its binding, which answers by promises. */
export interface NativePort {
  readonly isOpen: boolean;
  read(buffer: Buffer, offset: number, length: number): Promise<{ readonly bytesRead: number }>;
  write(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/**
 * An open serial port. A write that the system refuses, or does not take in time, ends the line: what is left of it would come out later, in
 * the middle of something else.
 */
export class SerialLine implements ByteLine {
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  readonly #port: NativePort;
  readonly #tap: LineTap | undefined;
  readonly #end: LineEnd;
  readonly #reading: Promise<void>;
  #writing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(path: string, port: NativePort, tap?: LineTap) {
    this.#port = port;
    this.#tap = tap;
    this.#end = new LineEnd(path);
    this.gone.addEventListener('abort', () => void this.#close(), { once: true });
    this.#reading = this.#read();
  }

  get path(): string {
    return this.#end.path;
  }

  get gone(): AbortSignal {
    return this.#end.gone;
  }

  lose(reason: EncoderError): void {
    this.#end.come(reason);
  }

  /** One at a time, in the order in which they are asked for. The bytes are not copied: leave them as they are until this settles. */
  write(bytes: Uint8Array): Promise<void> {
    const turn = this.#writing;
    const written = this.#end.call('write', () => this.#write(bytes, turn));
    this.#writing = written.catch(() => {});
    return written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    this.lose(new EncoderError('device_lost', `${this.path} was closed`));
    await this.#close();
  }

  async #write(bytes: Uint8Array, turn: Promise<unknown>): Promise<void> {
    await turn;
    this.gone.throwIfAborted();
    this.#tap?.wrote(bytes);
    try {
      await this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (cause) {
      this.lose(
        new EncoderError('device_lost', `${this.path} takes no bytes any more (${said(cause)})`, { cause }),
      );
      throw this.gone.reason;
    }
  }

  async #read(): Promise<void> {
    while (!this.gone.aborted) {
      const buffer = Buffer.alloc(READ_BYTES);
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.#port.read(buffer, 0, READ_BYTES));
      } catch (cause) {
        this.lose(new EncoderError('device_lost', `${this.path} was unplugged (${said(cause)})`, { cause }));
        return;
      }
      if (this.gone.aborted) return;
      const bytes = buffer.subarray(0, bytesRead);
      this.#tap?.received(bytes);
      this.onBytes?.(bytes);
    }
  }

  /** Closing ends the read that waits; what the system holds back stays behind. */
  #close(): Promise<void> {
    this.#closing ??= settledWithin(
      CLOSE_MS,
      Promise.all([this.#port.isOpen ? this.#port.close() : undefined, this.#reading]),
    );
    return this.#closing;
  }
}
