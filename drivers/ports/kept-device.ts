import type { CardEncoder, Device } from '../../src/encoder/contract.ts';
import type { GreetedDevice, PortLine } from './contract.ts';
import { unlessAborted } from './waiting.ts';

/** A device that was announced, until its line is gone. */
export class KeptDevice {
  readonly device: Device;
  readonly #greeted: GreetedDevice;
  readonly #line: PortLine;
  #isOpen = false;

  constructor(id: string, greeted: GreetedDevice, line: PortLine) {
    this.device = { id, name: greeted.name, capabilities: greeted.capabilities };
    this.#greeted = greeted;
    this.#line = line;
  }

  /** Rejects with `device_lost` once the line is gone, and with a plain Error while it is open. */
  async open(signal: AbortSignal): Promise<CardEncoder> {
    signal.throwIfAborted();
    this.#line.gone.throwIfAborted();
    if (this.#isOpen) throw new Error(`${this.device.id} is open already`);
    this.#isOpen = true;
    const opening = this.#greeted.open(signal);
    try {
      const encoder = await unlessAborted(opening, signal, this.#line.gone);
      return this.#lent(encoder);
    } catch (error) {
      void opening
        .then((encoder) => encoder[Symbol.asyncDispose]())
        .catch(() => {})
        .finally(() => {
          this.#isOpen = false;
        });
      throw error;
    }
  }

  /** Leaves the device as it was found. */
  async leave(): Promise<void> {
    await this.#greeted.leave?.();
  }

  #lent(encoder: CardEncoder): CardEncoder {
    const { gone } = encoder;
    return {
      gone,
      awaitCard: (signal) => encoder.awaitCard(signal),
      ...(encoder.cue === undefined ? {} : { cue: (cue) => encoder.cue?.(cue) }),
      ...(encoder.ping === undefined ? {} : { ping: encoder.ping.bind(encoder) }),
      [Symbol.asyncDispose]: async () => {
        try {
          await encoder[Symbol.asyncDispose]();
        } finally {
          this.#isOpen = false;
        }
      },
    };
  }
}
