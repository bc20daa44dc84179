import { type Chip, type ChipAnswer, SILENCE } from '../../../drivers/virtual/chip.ts';
import { isSame } from '../../../drivers/virtual/desfire/block-cipher.ts';
import { inGroups, withCrc } from './chip-bytes.ts';
import { PlacedCard } from './placed-card.ts';
import { asSent, fits, hasForeignUid, isOfKind, polled, SPEAKS_PART_4, targetData } from './target-data.ts';

/** Status bytes (UM0701-02, section 7.1). */
const OK = 0x00;
const TIMED_OUT = 0x01;
const AUTHENTICATION_FAILED = 0x14;
const WRONG_CONTEXT = 0x27;
/** Not an error: more is to be fetched. */
const MORE = 0x40;

/** RFConfiguration: the field, and how often a search for a card is tried again; FF: for ever. */
const FIELD = 0x01;
const RETRIES = 0x05;
const FOR_EVER = 0xff;

const SAM_CONFIGURATION = 0x14;

/** CIU_TxMode and CIU_RxMode (section 8.6.23.18): bit 7 says that the chip adds and takes the CRC itself. */
const SENDING = 0x6302;
const RECEIVING = 0x6303;
const HANDLES_CRC = 0x80;

/** What InAutoPoll counts in. */
const POLL_MS = 150;

/** An answer of a card that fits into one of the chip's. */
const MOST_DATA = 262;

/** What the makers of cards and firmware let a chip do. */
export interface ChipQuirks {
  /** IC, version, revision, support, as GetFirmwareVersion tells them; absent: PN532 1.6, type A, type B and ISO/IEC 18092. */
  readonly firmware?: readonly number[];
  /** It knows no InAutoPoll, as some that call themselves PN532. */
  readonly knowsNoAutoPoll?: boolean;
  /** A search misses what the search before it had found: a card that is active goes to sleep when it is called. */
  readonly missesEverySecondSearch?: boolean;
  /** Every second search finds no more than one. */
  readonly missesOneOfTwo?: boolean;
}

/** A PN532 without its serial line: commands in, answers out. It has room for two cards, as type A at 106 kbit/s. */
export class Pn532Chip {
  readonly #quirks: ChipQuirks;
  #cards: readonly PlacedCard[] = [];
  /** The cards that were found, by number; they may be spoken to. */
  #listed: readonly PlacedCard[] = [];
  /** The one of them that hears what is sent. The search for a second card puts the first one to sleep. */
  #current: PlacedCard | undefined;
  /** What a card has said and the host has not fetched, and what it has sent and the card has not got. */
  #toFetch: Uint8Array = new Uint8Array(0);
  #toPass: Uint8Array = new Uint8Array(0);
  #isNormal = false;
  #hasFound = false;
  #searches = 0;
  #retries = FOR_EVER;
  #registers = new Map<number, number>();
  #nextStatus: number | undefined;
  #wake = () => {};

  constructor(quirks: ChipQuirks = {}) {
    this.#quirks = quirks;
    this.power();
  }

  /** Puts a card in the field, or takes it away. */
  present(card: Chip | undefined): void {
    this.place(...(card === undefined ? [] : [new PlacedCard(card)]));
  }

  /** Puts cards in the field; those that are there are taken away. */
  place(...cards: readonly PlacedCard[]): void {
    for (const card of this.#cards) if (!cards.includes(card)) card.leave();
    this.#cards = cards;
    this.#wake();
  }

  /** The next exchange with a card ends with this status, and the card hears nothing of it. */
  failNext(status: number): void {
    this.#nextStatus = status;
  }

  /** Off and on again: it has forgotten everything. */
  power(): void {
    this.#isNormal = false;
    this.#retries = FOR_EVER;
    this.#registers = new Map([
      [SENDING, HANDLES_CRC],
      [RECEIVING, HANDLES_CRC],
    ]);
    this.#release();
  }

  /** A chip that just got power does nothing before SAMConfiguration: false for everything else until then. */
  heeds(command: Uint8Array): boolean {
    return this.#isNormal || command[0] === SAM_CONFIGURATION;
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
        return data[0] === 0x06 ? [this.#current?.isThere === true ? OK : TIMED_OUT] : data;
      // GetFirmwareVersion
      case 0x02:
        return this.#quirks.firmware ?? [0x32, 0x01, 0x06, 0x07];
      // ReadRegister, WriteRegister
      case 0x06:
        return inGroups(data, 2).map(([high = 0, low = 0]) => this.#registers.get(high * 256 + low) ?? 0);
      case 0x08:
        for (const [high = 0, low = 0, value = 0] of inGroups(data, 3)) {
          this.#registers.set(high * 256 + low, value);
        }
        return [];
      case SAM_CONFIGURATION:
        this.#isNormal = true;
        return [];
      // SetSerialBaudRate, SetParameters
      case 0x10:
      case 0x12:
        return [];
      // PowerDown
      case 0x16:
        this.#release();
        return [OK];
      case 0x32:
        return this.#configure(data);
      case 0x40:
        return this.#failure() ?? this.#exchange(data);
      case 0x42:
        return this.#failure() ?? this.#pass(data);
      // InDeselect, InRelease
      case 0x44:
      case 0x52:
        this.#release();
        return [OK];
      case 0x4a:
        return this.#list(data, signal);
      case 0x60:
        return this.#quirks.knowsNoAutoPoll === true ? undefined : this.#poll(data, signal);
      default:
        return undefined;
    }
  }

  #failure(): Iterable<number> | undefined {
    const status = this.#nextStatus;
    this.#nextStatus = undefined;
    return status === undefined ? undefined : this.#failed(status);
  }

  #release(): void {
    this.#listed = [];
    this.#current = undefined;
    this.#toFetch = new Uint8Array(0);
    this.#toPass = new Uint8Array(0);
  }

  #configure([item, ...values]: Uint8Array): Iterable<number> {
    if (item === FIELD && ((values[0] ?? 0) & 0x01) === 0) this.#release();
    if (item === RETRIES) this.#retries = values[2] ?? FOR_EVER;
    return [];
  }

  /** InListPassiveTarget: `most kind [uid]`; the answer is how many there are, and for each `number ATQA(2) SAK uidLength uid [ATS]`. */
  async #list(
    [most = 1, kind, ...wanted]: Uint8Array,
    signal: AbortSignal,
  ): Promise<Iterable<number> | undefined> {
    this.#release();
    if (kind !== 0x00 || most > 2) return [0];
    let found = await this.#search(most, wanted);
    while (found.length === 0 && this.#retries === FOR_EVER) {
      await this.#change(signal);
      if (signal.aborted) return undefined;
      found = await this.#search(most, wanted);
    }
    this.#listed = found;
    this.#current = most === 1 ? found[0] : undefined;
    return [found.length, ...found.flatMap(({ chip }, at) => [at + 1, ...targetData(chip)])];
  }

  /**
   * InAutoPoll: `times period types`; a period is 150 ms for each type, and FF times is for ever. The answer is how many there are, and for each its kind, the length of
   * what follows, and the same as in #list.
   */
  async #poll(
    [times = 1, period = 1, ...kinds]: Uint8Array,
    signal: AbortSignal,
  ): Promise<Iterable<number> | undefined> {
    this.#release();
    for (let turn = 0; turn < times || times === FOR_EVER; turn++) {
      for (const kind of kinds) {
        const found = (await this.#search(2, [])).filter(({ chip }) => isOfKind(kind, chip));
        if (signal.aborted) return undefined;
        if (found.length > 0) {
          this.#listed = found;
          this.#current = found[0];
          return [found.length, ...found.flatMap(({ chip }, at) => polled(at + 1, chip))];
        }
        await this.#rest(period * POLL_MS, signal);
        if (signal.aborted) return undefined;
      }
    }
    return [0];
  }

  #rest(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async #search(most: number, wanted: readonly number[]): Promise<PlacedCard[]> {
    this.#searches += 1;
    const room = this.#quirks.missesOneOfTwo === true && this.#searches % 2 === 0 ? 1 : most;
    const isMissed = this.#hasFound && this.#quirks.missesEverySecondSearch === true;
    const fitting = isMissed ? [] : this.#cards.filter(({ chip, isThere }) => isThere && fits(chip, wanted));
    const found: PlacedCard[] = [];
    for (const card of fitting.slice(0, room)) if (await card.select()) found.push(card);
    this.#hasFound = found.length > 0;
    return found;
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** InDataExchange: `number command`; bit 6 of the number says that the command goes on in the next one. After an error the card has to be listed again. */
  async #exchange([target = 0, ...bytes]: Uint8Array): Promise<Iterable<number>> {
    const card = this.#listed[(target & 0x3f) - 1];
    if (card === undefined) return [WRONG_CONTEXT];
    if (bytes.length === 0 && this.#toFetch.length > 0) return this.#fetched(this.#toFetch);
    // The card that was put to sleep is selected by itself.
    if (this.#current !== card && !(await card.select())) return this.#failed(TIMED_OUT);
    this.#current = card;
    const command = Uint8Array.of(...this.#toPass, ...bytes);
    this.#toPass = (target & MORE) === 0 ? new Uint8Array(0) : command;
    if ((target & MORE) !== 0) return [OK];
    const answer = hasForeignUid(command, card.chip)
      ? SILENCE
      : await card.exchange(asSent(command, card.chip));
    if (answer.kind === 'data') return this.#fetched(answer.bytes);
    if (answer.kind === 'ack') return [OK];
    return this.#failed(command[0] === 0x60 || command[0] === 0x61 ? AUTHENTICATION_FAILED : TIMED_OUT);
  }

  #fetched(bytes: Uint8Array): Iterable<number> {
    this.#toFetch = bytes.slice(MOST_DATA);
    return [this.#toFetch.length > 0 ? MORE : OK, ...bytes.subarray(0, MOST_DATA)];
  }

  #failed(status: number): Iterable<number> {
    this.#release();
    return [status];
  }

  /** InCommunicateThru: what is sent is what the card gets. A card of ISO/IEC 14443-4 would want blocks of that; it stays silent. */
  async #pass(sent: Uint8Array): Promise<Iterable<number>> {
    const card = this.#current;
    if (card === undefined || (card.chip.sak & SPEAKS_PART_4) !== 0) return [TIMED_OUT];
    const command = this.#handlesCrc(SENDING) ? sent : sent.subarray(0, -2);
    // A card does not hear what has a wrong CRC.
    if (!this.#handlesCrc(SENDING) && !isSame(sent, withCrc(command))) return [TIMED_OUT];
    const answer: ChipAnswer = await card.exchange(command);
    if (answer.kind === 'data') {
      return [OK, ...(this.#handlesCrc(RECEIVING) ? answer.bytes : withCrc(answer.bytes))];
    }
    return [answer.kind === 'ack' ? OK : TIMED_OUT];
  }

  #handlesCrc(register: number): boolean {
    return ((this.#registers.get(register) ?? 0) & HANDLES_CRC) !== 0;
  }
}
