import type { ByteLine } from '../../../drivers/ports/contract.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { Msr605Device } from './msr605-device.ts';

/** A line in memory with a simulated MSR605 at its end. Bytes take a turn of the event loop. */
export class MemoryLine implements ByteLine {
  readonly path = '/dev/memory';
  readonly device = new Msr605Device();
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  /** What the host has sent. */
  readonly written: string[] = [];
  /** What becomes of the bytes that the device sends; by default they arrive. */
  deliver: (bytes: Uint8Array) => void = (bytes) => this.arrive(bytes);
  /** What becomes of the bytes that the host sends; by default the device gets them. */
  pass: (bytes: Uint8Array) => void = (bytes) => this.device.receive(bytes);
  readonly #gone = new AbortController();

  constructor() {
    this.device.onSend = (bytes) => this.deliver(bytes);
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Bytes come in at the host. */
  arrive(bytes: Uint8Array): void {
    const arriving = Uint8Array.from(bytes);
    setImmediate(() => this.gone.aborted || this.onBytes?.(arriving));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.gone.throwIfAborted();
    this.written.push(Buffer.from(bytes).toString('hex').toUpperCase());
    const sent = Uint8Array.from(bytes);
    setImmediate(() => this.gone.aborted || this.pass(sent));
  }

  lose(reason: EncoderError): void {
    this.#gone.abort(new EncoderError('device_lost', reason.message, { cause: reason }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lose(new EncoderError('device_lost', 'closed'));
  }
}

/** Resolves when the device begins to wait for a card, or ends to. */
export function armed(device: Msr605Device, isArmed: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if ((device.arming !== undefined) === isArmed) resolve();
  else
    device.onArming = (arming) => {
      if ((arming !== undefined) === isArmed) resolve();
    };
  return promise;
}
