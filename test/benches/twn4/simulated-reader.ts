import type { ChipAnswer } from '../../../drivers/virtual/chip.ts';
import type { FieldCard } from './field-card.ts';
import { checksum } from './reader-frames.ts';

/** Statuses of the simple protocol. */
const DONE = 0x00;
const UNKNOWN_FUNCTION = 0x01;
const MISSING_PARAMETER = 0x02;
const UNUSED_PARAMETERS = 0x03;
const INVALID_FUNCTION = 0x04;
const PARSER_ERROR = 0x05;

const YES = 0x01;
const NO = 0x00;

/** What a card of type A at 13.56 MHz is to SearchTag. */
const TYPE_A = 0x80;
const CRC_A_START = 0x6363;
/** Kinds of tags that this reader has antennas for. */
const SUPPORTED = { low: 0x0000_0fff, high: 0x0000_0677 };
/** What it searches for after it got power. */
const AT_START = { low: 0x0000_0201, high: 0x0000_0001 };

/** SearchTag and ISO14443_4_CheckPresence. */
const LOOKS: ReadonlySet<number> = new Set([0x0500, 0x1202]);

/** Too short a command. */
class Missing extends Error {}

/** The parameters of a command, from the first on. */
class Parameters {
  readonly #bytes: number[];

  constructor(bytes: readonly number[]) {
    this.#bytes = [...bytes];
  }

  take(count: number): number[] {
    const taken = this.#bytes.splice(0, count);
    if (taken.length < count) throw new Missing();
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  number(bytes: number): number {
    return this.take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  array(): Uint8Array {
    return Uint8Array.from(this.take(this.byte()));
  }

  get areUsed(): boolean {
    return this.#bytes.length === 0;
  }
}

/** A TWN4 with the simple protocol, without its line: commands in, answers out, one after the other. */
export class SimulatedReader {
  /** What was lit, sounded and searched for, as it was asked for. */
  readonly done: string[] = [];
  version = 'TWN4/B1.64/NCF5.20/PRS1.04';
  /** Functions that this reader has and does not let be called, as those with a LEGIC chip do: API and number. */
  readonly barred = new Set<number>();
  /** How often it was asked for a card, or whether one is still there. */
  looks = 0;
  #card: FieldCard | undefined;
  /** The card that was found, and may be spoken to. */
  #selected: FieldCard | undefined;
  #types = AT_START;

  /** Puts a card in the field, or takes it away. */
  place(card: FieldCard | undefined): void {
    this.#card?.leave();
    this.#card = card;
  }

  get tagTypes(): { readonly low: number; readonly high: number } {
    return this.#types;
  }

  /** The status, and what follows it. Null: what came was no command. */
  async answer(command: readonly number[] | null): Promise<readonly number[]> {
    if (command === null) return [PARSER_ERROR];
    const [api = 0, number = 0, ...rest] = command;
    if (command.length < 2) return [PARSER_ERROR];
    const parameters = new Parameters(rest);
    if (LOOKS.has(api * 256 + number)) this.looks += 1;
    if (this.barred.has(api * 256 + number)) return [INVALID_FUNCTION];
    try {
      const begun = this.#begin(api * 256 + number, parameters);
      if (begun === undefined) return [UNKNOWN_FUNCTION];
      if (!parameters.areUsed) return [UNUSED_PARAMETERS];
      return [DONE, ...(await begun())];
    } catch (error) {
      if (error instanceof Missing) return [MISSING_PARAMETER];
      throw error;
    }
  }

  /** Reads the parameters of a function; what is returned does it. */
  #begin(code: number, given: Parameters): (() => Promise<Iterable<number>>) | undefined {
    switch (code) {
      case 0x0004: {
        const most = given.byte();
        return async () => counted(Buffer.from(this.version, 'latin1').subarray(0, most));
      }
      case 0x0400:
        given.take(3);
        return async () => [];
      case 0x0402:
      case 0x0403: {
        const pins = given.byte();
        return async () => this.#note(`${code === 0x0402 ? 'light' : 'dark'} ${pins}`);
      }
      case 0x0407: {
        const volume = given.byte();
        const [hertz, onMs, offMs] = [given.number(2), given.number(2), given.number(2)];
        return async () => this.#note(`beep ${volume} % ${hertz} Hz ${onMs} ms ${offMs} ms`);
      }
      case 0x0500: {
        const most = given.byte();
        return () => this.#search(most);
      }
      case 0x0501:
        return async () => {
          this.#selected = undefined;
          return this.#note('field off');
        };
      case 0x0502: {
        const [low, high] = [given.number(4), given.number(4)];
        return async () => {
          this.#types = { low, high };
          return [];
        };
      }
      case 0x0503:
        return async () => masks(this.#types);
      case 0x0504:
        return async () => masks(SUPPORTED);
      default:
        return this.#beginWithCard(code, given);
    }
  }

  #beginWithCard(code: number, given: Parameters): (() => Promise<Iterable<number>>) | undefined {
    switch (code) {
      case 0x0b00: {
        const [key, type, sector] = [given.take(6), given.byte(), given.byte()];
        // The sectors of 16 blocks of a 4K count as four each.
        return () => this.#isDone([0x60 + type, sector * 4, ...key, ...this.#uid.slice(-4)]);
      }
      case 0x0b01: {
        const block = given.byte();
        return async () => {
          const answer = await this.#exchange([0x30, block]);
          return answer.kind === 'data' ? [YES, ...answer.bytes] : [NO];
        };
      }
      case 0x0b02: {
        const [block, data] = [given.byte(), given.take(16)];
        return () => this.#isDone([0xa0, block, ...data]);
      }
      case 0x1202:
        return async () => [this.#speaksPart4 && (await this.#isSelectedThere()) ? YES : NO];
      case 0x1203: {
        const [apdu, most] = [given.array(), given.byte()];
        return async () => {
          if (!this.#speaksPart4) return [NO];
          return dataOf(await this.#exchange([...apdu]), most);
        };
      }
      case 0x1205:
        return async () => {
          const chip = this.#selectedChip;
          return chip === undefined ? [NO] : [YES, chip.sak];
        };
      case 0x1207: {
        const [frame, most] = [given.array(), given.byte()];
        given.number(2);
        return () => this.#exchangeFrame(frame, most);
      }
      default:
        return undefined;
    }
  }

  async #search(most: number): Promise<Iterable<number>> {
    this.#selected = undefined;
    const card = this.#card;
    const found = card === undefined ? undefined : numberOf(card);
    if (card === undefined || found === undefined || !this.#searchesFor(found.type)) return [NO];
    if (!(await card.find()) || this.#card !== card) return [NO];
    this.#selected = card;
    return [YES, found.type, found.bits, ...counted(found.id.subarray(0, most))];
  }

  #searchesFor(type: number): boolean {
    const mask = type < 0x80 ? this.#types.low : this.#types.high;
    return (mask & (1 << (type & 0x1f))) !== 0;
  }

  /** A frame of ISO/IEC 14443-3 with its CRC; a yes or no of 4 bits comes back as one byte. */
  async #exchangeFrame(frame: Uint8Array, most: number): Promise<Iterable<number>> {
    const command = [...frame.subarray(0, -2)];
    const [low, high] = checksum(command, CRC_A_START);
    const isHeard = frame.at(-2) === low && frame.at(-1) === high && !this.#speaksPart4;
    const answer = isHeard ? await this.#exchange(command) : undefined;
    switch (answer?.kind) {
      case 'data':
        return [
          YES,
          ...counted(Uint8Array.of(...answer.bytes, ...checksum(answer.bytes, CRC_A_START)), most),
        ];
      case 'ack':
        return [YES, ...counted(Uint8Array.of(0x0a))];
      case 'nak':
        return [YES, ...counted(Uint8Array.of(answer.code))];
      default:
        return [NO];
    }
  }

  async #isDone(command: readonly number[]): Promise<Iterable<number>> {
    const answer = await this.#exchange(command);
    return [answer.kind === 'ack' ? YES : NO];
  }

  async #exchange(command: readonly number[]): Promise<ChipAnswer> {
    const card = this.#selected;
    if (card === undefined || card !== this.#card) return { kind: 'silence' };
    return card.exchange(Uint8Array.from(command));
  }

  async #isSelectedThere(): Promise<boolean> {
    const card = this.#selected;
    return card !== undefined && card === this.#card && (await card.isThere());
  }

  get #selectedChip() {
    return this.#selected !== undefined && 'chip' in this.#selected.kind
      ? this.#selected.kind.chip
      : undefined;
  }

  get #speaksPart4(): boolean {
    return ((this.#selectedChip?.sak ?? 0) & 0x20) !== 0;
  }

  get #uid(): Uint8Array {
    return this.#selectedChip?.uid ?? new Uint8Array(4);
  }

  #note(what: string): number[] {
    this.done.push(what);
    return [];
  }
}

function numberOf({ kind }: FieldCard): {
  readonly type: number;
  readonly bits: number;
  readonly id: Uint8Array;
} {
  if ('tag' in kind) return kind.tag;
  return { type: TYPE_A, bits: 8 * kind.chip.uid.length, id: kind.chip.uid };
}

function dataOf(answer: ChipAnswer, most: number): Iterable<number> {
  return answer.kind === 'data' ? [YES, ...counted(answer.bytes, most)] : [NO];
}

/** Bytes with their number before them; none where there are too many. */
function counted(bytes: Uint8Array, most = 0xff): readonly number[] {
  if (bytes.length > most)
    throw new Error(`the simulated TWN4 was to answer ${bytes.length} bytes in one field`);
  return [bytes.length, ...bytes];
}

function masks({ low, high }: { readonly low: number; readonly high: number }): readonly number[] {
  return [low, high].flatMap((mask) => [0, 8, 16, 24].map((shift) => (mask >>> shift) & 0xff));
}
