import type { Chip, ChipAnswer } from './chip.ts';

/** GetVersion in its parts: hardware, software, then uid, batch and date (NXP MF3D(H)x3, EV3 with 8 KiB). */
const HARDWARE = [0x04, 0x01, 0x01, 0x33, 0x00, 0x1a, 0x05];
const SOFTWARE = [0x04, 0x01, 0x01, 0x03, 0x00, 0x1a, 0x05];
const BATCH_AND_DATE = [0xba, 0x24, 0x10, 0x00, 0x00, 0x12, 0x26];

const OK = 0x00;
const ILLEGAL_COMMAND = 0x1c;
const MORE = 0xaf;

/**
 * The front of a MIFARE DESFire EV3: enough to be told from other cards. It knows GetVersion alone, as wrapped APDU (`90 60 00 00 00`, then
 * `90 AF 00 00 00` twice), and answers 91 1C to every other command. The whole card, with applications, files and keys, comes later.
 */
export class DesfireFront implements Chip {
  readonly technology = 'mifare_desfire';
  readonly uid: Uint8Array;
  readonly atqa = Uint8Array.of(0x44, 0x03);
  readonly sak = 0x20;
  readonly historicalBytes = Uint8Array.of(0x80);
  readonly memory = new Uint8Array(0);
  readonly revision = 0;
  /** How many parts of the version have gone out; 0: nobody asks. */
  #partsSent = 0;

  constructor(uid: Uint8Array) {
    this.uid = uid;
  }

  activate(): void {
    this.#partsSent = 0;
  }

  exchange(command: Uint8Array): ChipAnswer {
    const parts = [HARDWARE, SOFTWARE, [...this.uid, ...BATCH_AND_DATE]];
    const isWrapped = command.length === 5 && command[0] === 0x90;
    const isAsking = isWrapped && (this.#partsSent === 0 ? command[1] === 0x60 : command[1] === MORE);
    const part = isAsking ? parts[this.#partsSent] : undefined;
    if (part === undefined) {
      this.#partsSent = 0;
      return { kind: 'data', bytes: Uint8Array.of(0x91, ILLEGAL_COMMAND) };
    }
    const isLast = this.#partsSent === parts.length - 1;
    this.#partsSent = isLast ? 0 : this.#partsSent + 1;
    return { kind: 'data', bytes: Uint8Array.of(...part, 0x91, isLast ? OK : MORE) };
  }
}
