import { parseCommandApdu, STATUS_OK } from '../../src/card/apdu.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { Chip, ChipAnswer } from './chip.ts';
import { exchangeDirectTransmit } from './direct-transmit.ts';

/** Key memory of a reader: two volatile slots, as in an ACR122U. It belongs to the reader, not to the card, and outlives cards. */
export type ReaderKeySlots = (Uint8Array | undefined)[];

const KEY_SLOTS = 2;

const FAILED = 0x6300;
const WRONG_LENGTH = 0x6700;
const NOT_AUTHENTICATED = 0x6982;
const KEY_UNUSABLE = 0x6984;
const KEY_TYPE_UNKNOWN = 0x6986;
const NO_SUCH_KEY = 0x6988;
const NOT_SUPPORTED = 0x6a81;
const NO_SUCH_BLOCK = 0x6a82;
const WRONG_PARAMETER = 0x6b00;
const UNKNOWN_INSTRUCTION = 0x6d00;
const UNKNOWN_CLASS = 0x6e00;

/** How many blocks there are on the cards that have to be opened sector by sector. */
const CLASSIC_BLOCKS: Partial<Readonly<Record<CardTechnology, number>>> = {
  mifare_classic_1k: 64,
  mifare_classic_4k: 256,
};
const BLOCK_BYTES = 16;
const PAGE_BYTES = 4;

/**
 * What an ACR122U with a card on it makes of an APDU: the pseudo-APDUs of PC/SC part 3 (class FF), direct transmit to its PN532, and for a
 * card that speaks ISO/IEC 14443-4 everything else as it stands.
 */
export class ReaderFace {
  readonly #chip: Chip;
  readonly #slots: ReaderKeySlots;
  /** Whether a sector of a Classic is open: the reader says 6982 by itself when none is. */
  #isAuthenticated = false;

  constructor(chip: Chip, slots: ReaderKeySlots) {
    this.#chip = chip;
    this.#slots = slots;
  }

  /** Selects the card again, as after power on. */
  activate(): void {
    this.#chip.activate();
    this.#isAuthenticated = false;
  }

  /** Always answers: at least a status word. */
  transmit(apdu: Uint8Array): Uint8Array {
    if (apdu[0] !== 0xff) {
      if (this.#chip.historicalBytes === undefined) return status(UNKNOWN_CLASS);
      const answer = this.#chip.exchange(apdu);
      return answer.kind === 'data' ? answer.bytes : status(FAILED);
    }
    // The old AUTHENTICATE has its key type where Lc would be, so it is no APDU that could be taken apart.
    const [, ins, high = 0, low = 0, keyType = 0, slot = 0] = apdu;
    if (ins === 0x88 && apdu.length === 6) return this.#authenticate(high * 256 + low, keyType, slot);
    const command = parseCommandApdu(apdu);
    if (command === undefined) return status(WRONG_LENGTH);
    const { p1, p2, data = new Uint8Array(0), le } = command;
    switch (command.ins) {
      case 0x00:
        return this.#direct(p1, p2, data);
      case 0xca:
        return this.#identify(p1, p2, le);
      case 0x82:
        return this.#loadKey(p1, p2, data);
      case 0x86:
        if (p1 !== 0 || p2 !== 0 || data[0] !== 0x01) return status(WRONG_PARAMETER);
        if (data.length !== 5) return status(WRONG_LENGTH);
        return this.#authenticate((data[1] ?? 0) * 256 + (data[2] ?? 0), data[3] ?? 0, data[4] ?? 0);
      case 0xb0:
        return this.#read(p1 * 256 + p2, le);
      case 0xd6:
        return this.#write(p1 * 256 + p2, data);
      default:
        return status(UNKNOWN_INSTRUCTION);
    }
  }

  #identify(p1: number, p2: number, le: number | undefined): Uint8Array {
    if (p2 !== 0 || p1 > 1) return status(WRONG_PARAMETER);
    const wanted = p1 === 0 ? this.#chip.uid : this.#chip.historicalBytes;
    if (wanted === undefined) return status(NOT_SUPPORTED);
    if (le === undefined) return status(WRONG_LENGTH);
    if (le < wanted.length) return status(0x6c00 + wanted.length);
    return status(le === 256 || le === wanted.length ? STATUS_OK : 0x6282, wanted);
  }

  #loadKey(p1: number, slot: number, key: Uint8Array): Uint8Array {
    // Bit 5 asks for non-volatile memory, which an ACR122U has none of.
    if (p1 !== 0) return status(WRONG_PARAMETER);
    if (slot >= this.#slots.length) return status(NO_SUCH_KEY);
    if (key.length !== 6) return status(WRONG_LENGTH);
    this.#slots[slot] = key.slice();
    return status(STATUS_OK);
  }

  #authenticate(block: number, keyType: number, slot: number): Uint8Array {
    if (this.#classicBlocks === undefined) return status(NOT_SUPPORTED);
    if (keyType !== 0x60 && keyType !== 0x61) return status(KEY_TYPE_UNKNOWN);
    if (slot >= this.#slots.length) return status(NO_SUCH_KEY);
    const key = this.#slots[slot];
    if (key === undefined) return status(KEY_UNUSABLE);
    if (block >= this.#classicBlocks) return status(NO_SUCH_BLOCK);
    const answer = this.#ask(Uint8Array.of(keyType, block, ...key, ...this.#chip.uid.slice(-4)));
    this.#isAuthenticated = answer.kind === 'ack';
    return status(this.#isAuthenticated ? STATUS_OK : FAILED);
  }

  #read(address: number, le: number | undefined): Uint8Array {
    const refused = this.#refuseAccess(address);
    if (refused !== undefined) return status(refused);
    if (le === undefined) return status(WRONG_LENGTH);
    if (le !== BLOCK_BYTES && !(le === PAGE_BYTES && !this.#isClassic)) return status(0x6c00 + BLOCK_BYTES);
    const answer = this.#ask(Uint8Array.of(0x30, address));
    return answer.kind === 'data' ? status(STATUS_OK, answer.bytes.slice(0, le)) : status(FAILED);
  }

  #write(address: number, data: Uint8Array): Uint8Array {
    const refused = this.#refuseAccess(address);
    if (refused !== undefined) return status(refused);
    if (data.length !== (this.#isClassic ? BLOCK_BYTES : PAGE_BYTES)) return status(WRONG_LENGTH);
    const answer = this.#ask(Uint8Array.of(this.#isClassic ? 0xa0 : 0xa2, address, ...data));
    return status(answer.kind === 'ack' ? STATUS_OK : FAILED);
  }

  /** The status word with which the reader refuses without asking the card; undefined when it asks. */
  #refuseAccess(address: number): number | undefined {
    if (this.#classicBlocks !== undefined) {
      if (address >= this.#classicBlocks) return NO_SUCH_BLOCK;
      return this.#isAuthenticated ? undefined : NOT_AUTHENTICATED;
    }
    if (!this.#isUltralight) return NOT_SUPPORTED;
    // A native READ has one byte for the page.
    return address > 0xff ? WRONG_PARAMETER : undefined;
  }

  #direct(p1: number, p2: number, data: Uint8Array): Uint8Array {
    // FF 00 40: light and sound; FF 00 52: sound when a card comes. There is neither here.
    if (p1 === 0x40 || p1 === 0x52) return status(STATUS_OK);
    if (p1 !== 0 || p2 !== 0) return status(WRONG_PARAMETER);
    const answer = exchangeDirectTransmit((command) => this.#ask(command), data);
    return answer === undefined ? status(NOT_SUPPORTED) : status(STATUS_OK, answer);
  }

  /** Most readers select the card again after it said no; its authentication is lost with that. */
  #ask(command: Uint8Array): ChipAnswer {
    const answer = this.#chip.exchange(command);
    if (answer.kind === 'nak' || answer.kind === 'silence') this.activate();
    return answer;
  }

  get #classicBlocks(): number | undefined {
    return CLASSIC_BLOCKS[this.#chip.technology];
  }

  get #isClassic(): boolean {
    return this.#classicBlocks !== undefined;
  }

  get #isUltralight(): boolean {
    const { technology } = this.#chip;
    return technology.startsWith('ntag') || technology.startsWith('mifare_ultralight');
  }
}

function status(statusWord: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return Uint8Array.of(...data, statusWord >> 8, statusWord & 0xff);
}

/** The key memory of a reader that was just switched on. */
export function emptyKeySlots(): ReaderKeySlots {
  return Array.from({ length: KEY_SLOTS }, () => undefined);
}
