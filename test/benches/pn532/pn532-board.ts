import { WireFaults } from '../../contracts/wire-faults.ts';
import {
  ACK_FRAME,
  ERROR_FRAME,
  encodeFrame,
  FROM_CHIP,
  FROM_HOST,
  FrameReader,
  NACK_FRAME,
} from './frame-codec.ts';
import { PacedBytes } from './paced-bytes.ts';
import { type ChipQuirks, Pn532Chip } from './pn532-chip.ts';

const BITS_PER_BYTE = 10;
/** What wakes the chip up: its receiver is off after power on and after power down. */
const WAKE_UP = 0x55;

export interface Pn532BoardOptions {
  readonly quirks?: ChipQuirks;
  /** Bytes take the time that they take at so many baud; absent: none. */
  readonly baudRate?: number;
}

/** Where the bytes of a board go, and what its death is. */
export interface BoardEnds {
  toHost(bytes: Uint8Array): void;
  unplug(): Promise<void>;
}

/** A PN532 with its serial line: bytes in, bytes out. */
export class Pn532Board {
  readonly chip: Pn532Chip;
  /** The line between the host and the chip. */
  readonly wire: WireFaults;
  /** Codes of the commands that came in whole. */
  readonly commands: number[] = [];
  readonly #toHost: PacedBytes;
  readonly #toChip: PacedBytes;
  #frames = new FrameReader();
  #isAwake = false;
  #running = new AbortController();
  #lastSent: Uint8Array = ACK_FRAME;

  constructor(ends: BoardEnds, { quirks, baudRate }: Pn532BoardOptions = {}) {
    this.chip = new Pn532Chip(quirks);
    const byteMs = baudRate === undefined ? 0 : (BITS_PER_BYTE * 1000) / baudRate;
    this.#toHost = new PacedBytes(byteMs, (bytes) => ends.toHost(bytes));
    this.#toChip = new PacedBytes(byteMs, (bytes) => this.#receive(bytes));
    this.wire = new WireFaults({
      toHost: (bytes) => this.#toHost.send(bytes),
      toDevice: (bytes) => this.#toChip.send(bytes),
      die: () => ends.unplug(),
    });
  }

  /** Off and on again: the chip has forgotten everything, and sleeps. The cards stay where they lie. */
  power(): void {
    this.stop();
    this.#isAwake = false;
    this.#frames = new FrameReader();
    this.chip.power();
  }

  /** What is under way ends, and what is on its way is lost. */
  stop(): void {
    this.#running.abort();
    this.#toHost.stop();
    this.#toChip.stop();
  }

  #receive(bytes: Uint8Array): void {
    this.#isAwake ||= bytes.includes(WAKE_UP);
    if (!this.#isAwake) return;
    for (const frame of this.#frames.push(bytes)) {
      switch (frame.kind) {
        // What is under way ends without an answer.
        case 'ack':
          this.#running.abort();
          break;
        case 'nack':
          this.wire.fromDevice(this.#lastSent);
          break;
        case 'broken':
          this.wire.fromDevice(NACK_FRAME);
          break;
        case 'data':
          if (frame.data[0] === FROM_HOST) void this.#answer(frame.data.subarray(1));
      }
    }
  }

  async #answer(command: Uint8Array): Promise<void> {
    this.#running.abort();
    if (!this.chip.heeds(command)) return;
    this.commands.push(command[0] ?? 0);
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.wire.fromDevice(ACK_FRAME);
    const answer = await this.chip.answer(command, signal);
    if (signal.aborted) return;
    this.#lastSent = answer === undefined ? ERROR_FRAME : encodeFrame(Uint8Array.of(FROM_CHIP, ...answer));
    this.wire.fromDevice(this.#lastSent);
  }
}
