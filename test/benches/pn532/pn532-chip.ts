import type { Chip } from '../../../drivers/virtual/chip.ts';
import { isSame } from '../../../drivers/virtual/desfire/block-cipher.ts';
import { crc16 } from '../../../drivers/virtual/desfire/crc.ts';

/** Status bytes (UM0701-02, section 7.1). */
const OK = 0x00;
const TIMED_OUT = 0x01;
const AUTHENTICATION_FAILED = 0x14;
const WRONG_CONTEXT = 0x27;
const CARD_GONE = 0x2b;

/** RFConfiguration: the field, and how often a search for a card is tried again; FF: for ever. */
const FIELD = 0x01;
const RETRIES = 0x05;

/** ISO/IEC 14443-3: this bit of SAK says that the card speaks ISO/IEC 14443-4. */
const SPEAKS_PART_4 = 0x20;
/** CIU_TxMode and CIU_RxMode (section 8.6.23.18): bit 7 says that the chip adds and takes the CRC itself. */
const SENDING = 0x6302;
const RECEIVING = 0x6303;
const HANDLES_CRC = 0x80;

/** T0 to TC1 of an ATS as a DESFire sends it: FSC 64, up to 848 kbit/s, CID. */
const ATS_HEAD = [0x75, 0x77, 0x81, 0x02] as const;

/** A PN532 without its serial line: commands in, answers out. It has room for one card, as type A at 106 kbit/s. */
export class Pn532Chip {
  #card: Chip | undefined;
  /** Whether the card that lies there was found, and may be spoken to. */
  #isListed = false;
  #retries = 0xff;
  readonly #registers = new Map([
    [SENDING, HANDLES_CRC],
    [RECEIVING, HANDLES_CRC],
  ]);
  #wake = () => {};

  /** Puts a card in the field, or takes it away. */
  present(card: Chip | undefined): void {
    this.#card = card;
    this.#isListed = false;
    this.#wake();
  }

  /**
   * `command`: its code and what it carries; the answer is its code, which is one more, and what that carries. Undefined: a command that is not simulated,
   * or one that `signal` ended before it had an answer.
   */
  async answer(command: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const [code = 0, ...rest] = command;
    const data = await this.#run(code, Uint8Array.from(rest), signal);
    return data === undefined ? undefined : Uint8Array.of(code + 1, ...data);
  }

  async #run(code: number, data: Uint8Array, signal: AbortSignal): Promise<Iterable<number> | undefined> {
    switch (code) {
      // Diagnose: 00 tests the line by an echo, 06 asks whether the card is there still.
      case 0x00:
        return data[0] === 0x06 ? [this.#isListed ? OK : TIMED_OUT] : data;
      // GetFirmwareVersion: PN532 1.6, type A, type B and ISO/IEC 18092.
      case 0x02:
        return [0x32, 0x01, 0x06, 0x07];
      // ReadRegister, WriteRegister
      case 0x06:
        return inGroups(data, 2).map(([high = 0, low = 0]) => this.#registers.get(high * 256 + low) ?? 0);
      case 0x08:
        for (const [high = 0, low = 0, value = 0] of inGroups(data, 3)) {
          this.#registers.set(high * 256 + low, value);
        }
        return [];
      // SetSerialBaudRate, SetParameters, SAMConfiguration
      case 0x10:
      case 0x12:
      case 0x14:
        return [];
      // PowerDown
      case 0x16:
        this.#isListed = false;
        return [OK];
      case 0x32:
        return this.#configure(data);
      case 0x40:
        return this.#exchange(data);
      case 0x42:
        return this.#pass(data);
      // InDeselect, InRelease
      case 0x44:
      case 0x52:
        this.#isListed = false;
        return [OK];
      case 0x4a:
        return this.#list(data, signal);
      default:
        return undefined;
    }
  }

  #configure([item, ...values]: Uint8Array): Iterable<number> {
    if (item === FIELD && ((values[0] ?? 0) & 0x01) === 0) this.#isListed = false;
    if (item === RETRIES) this.#retries = values[2] ?? 0xff;
    return [];
  }

  /** InListPassiveTarget: `most kind [uid]`; the answer is how many there are, and for each `number ATQA(2) SAK uidLength uid [ATS]`. */
  async #list([, kind, ...wanted]: Uint8Array, signal: AbortSignal): Promise<Iterable<number> | undefined> {
    this.#isListed = false;
    if (kind !== 0x00) return [0];
    while (!this.#fits(wanted)) {
      if (this.#retries !== 0xff) return [0];
      await this.#change(signal);
      if (signal.aborted) return undefined;
    }
    const card = this.#card;
    if (card === undefined) return [0];
    card.activate();
    this.#isListed = true;
    const ats = card.historicalBytes === undefined ? [] : [...ATS_HEAD, ...card.historicalBytes];
    const part4 = (card.sak & SPEAKS_PART_4) === 0 ? [] : [ats.length + 1, ...ats];
    return [1, 1, ...card.atqa.toReversed(), card.sak, card.uid.length, ...card.uid, ...part4];
  }

  /** The uid that is asked for comes as in anticollision: 88 before the parts that are not the last. */
  #fits(wanted: readonly number[]): boolean {
    if (this.#card === undefined) return false;
    const uid = [...this.#card.uid];
    const cascaded =
      uid.length === 4
        ? uid
        : uid.length === 7
          ? [0x88, ...uid]
          : [0x88, ...uid.slice(0, 3), 0x88, ...uid.slice(3)];
    return wanted.length === 0 || cascaded.every((byte, at) => wanted[at] === byte);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** InDataExchange: `number command`. After an error the card has to be listed again. */
  #exchange([target, ...command]: Uint8Array): Iterable<number> {
    if (target !== 0x01 || !this.#isListed) return [WRONG_CONTEXT];
    if (this.#card === undefined) return [CARD_GONE];
    const answer = this.#card.exchange(Uint8Array.from(command));
    if (answer.kind === 'data') return [OK, ...answer.bytes];
    if (answer.kind === 'ack') return [OK];
    return [command[0] === 0x60 || command[0] === 0x61 ? AUTHENTICATION_FAILED : TIMED_OUT];
  }

  /** InCommunicateThru: what is sent is what the card gets. A card of ISO/IEC 14443-4 would want blocks of that; it stays silent. */
  #pass(sent: Uint8Array): Iterable<number> {
    if (this.#card === undefined || !this.#isListed || (this.#card.sak & SPEAKS_PART_4) !== 0)
      return [TIMED_OUT];
    const command = this.#handlesCrc(SENDING) ? sent : sent.subarray(0, -2);
    // A card does not hear what has a wrong CRC.
    if (!this.#handlesCrc(SENDING) && !isSame(sent, withCrc(command))) return [TIMED_OUT];
    const answer = this.#card.exchange(command);
    if (answer.kind === 'data') {
      return [OK, ...(this.#handlesCrc(RECEIVING) ? answer.bytes : withCrc(answer.bytes))];
    }
    return [answer.kind === 'ack' ? OK : TIMED_OUT];
  }

  #handlesCrc(register: number): boolean {
    return ((this.#registers.get(register) ?? 0) & HANDLES_CRC) !== 0;
  }
}

function inGroups(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

/** `bytes` with CRC_A (ISO/IEC 14443-3, annex B) after them. */
function withCrc(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, ...crc16(bytes));
}
