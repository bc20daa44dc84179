import type { ByteLine } from '../../../drivers/ports/contract.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { Pn532Board, type Pn532BoardOptions } from './pn532-board.ts';

/** A simulated PN532 at the end of a line in memory, for what needs no serial port. */
export class BoardLine implements ByteLine {
  readonly path = '/dev/ttyTEST';
  readonly board: Pn532Board;
  onBytes: ((bytes: Uint8Array) => void) | undefined;
  readonly #gone = new AbortController();

  constructor(options: Pn532BoardOptions = {}) {
    const toHost = (bytes: Uint8Array) => this.onBytes?.(bytes);
    this.board = new Pn532Board({ toHost, unplug: async () => this.unplug() }, options);
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  lose(reason: EncoderError): void {
    this.#gone.abort(reason);
  }

  unplug(): void {
    this.lose(new EncoderError('device_lost', 'the cable was pulled'));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.gone.throwIfAborted();
    this.board.wire.fromHost(bytes.slice());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.board.stop();
    this.board.chip.place();
    this.unplug();
  }
}
