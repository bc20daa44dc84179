import { fromHex } from '../../src/card/hex.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Chip } from './chip.ts';
import { IN_COMMUNICATE_THRU, IN_DATA_EXCHANGE, poll, search } from './command.ts';
import { describeRadioStatus, meaningOf, readStatus, TIMED_OUT } from './radio-status.ts';
import { readTargets, type Target } from './target.ts';

/** The only card that is selected has this number with the chip. */
const TARGET = 0x01;
/** Type A at 106 kbit/s. */
const TYPE_A = 0x00;
/** A cascade tag stands before every part of a uid but the last (ISO/IEC 14443-3). */
const CASCADE_TAG = 0x88;
/** Bit 6 of the target's number, and of a status: more data follow (UM0701-02, section 7.3.8). */
const MORE = 0x40;
/** What one InDataExchange carries to a card at most. */
const MOST_DATA = 262;

/** GET_VERSION, FAST_READ, READ_SIG, READ_CNT: native commands that change nothing, so they may run twice (NXP NTAG213/215/216, section 10). */
const READING: ReadonlySet<number> = new Set([0x60, 0x3a, 0x3c, 0x39]);

/** How long a card of ISO/IEC 14443-3 has: the chip itself gives up much sooner. */
const CARD_MS = 1_000;
/** A card of ISO/IEC 14443-4 may take 4.9 s by itself (FWI 14). */
const PART_4_MS = 6_000;

/**
 * One card, selected for one piece of work. Whatever fails but a no of the card or of the chip ends the work: nothing is exchanged after that, since another card
 * may answer it.
 */
export class HeldCard {
  readonly uid: string;
  readonly #chip: Chip;
  /** Throws what ends the work from outside. */
  readonly #check: () => void;
  #end: { readonly reason: unknown } | undefined;

  private constructor(chip: Chip, uid: string, check: () => void) {
    this.#chip = chip;
    this.uid = uid;
    this.#check = check;
  }

  /** Selects the card with this uid, and no other. Rejects with `card_removed` when it does not answer. */
  static async take(chip: Chip, uid: string, check: () => void): Promise<HeldCard> {
    const card = new HeldCard(chip, uid, check);
    check();
    if (await card.#select()) return card;
    throw new EncoderError('card_removed', 'the card that was presented has left, or another took its place');
  }

  /** After the work: no exchange begins any more. */
  release(): void {
    this.#end ??= { reason: new Error('an exchange was asked for after the work on the card had ended') };
  }

  /**
   * A command of MIFARE Classic or Ultralight that the chip knows itself: 30, A0, A2, 60, 61 (InDataExchange, section 7.3.8). Each may run twice.
   * Rejects with `card_refused` when the card says no, and with `card_unsupported` when the chip cannot carry its answer: then it is selected anew, and
   * nothing of it is open.
   */
  storage(doing: string, command: Uint8Array): Promise<Uint8Array> {
    return this.#unlessEnded(async () => {
      const data = Uint8Array.of(TARGET, ...command);
      const answer = await this.#chip.run({
        code: IN_DATA_EXCHANGE,
        data,
        answerMs: CARD_MS,
        isRepeatable: true,
      });
      data.fill(0);
      return this.#refusable(doing, answer);
    });
  }

  /** A native command as it stands (InCommunicateThru, section 7.3.9). Rejects as `storage` does. */
  native(doing: string, command: Uint8Array): Promise<Uint8Array> {
    return this.#unlessEnded(async () => {
      const answer = await this.#chip.run({
        code: IN_COMMUNICATE_THRU,
        data: command,
        answerMs: CARD_MS,
        isRepeatable: READING.has(command[0] ?? 0),
      });
      return this.#refusable(doing, answer);
    });
  }

  /** An APDU over ISO/IEC 14443-4 (InDataExchange): longer ones go, and longer answers come, in parts. */
  apdu(command: Uint8Array): Promise<Uint8Array> {
    return this.#unlessEnded(async () => {
      let sent = 0;
      for (; command.length - sent > MOST_DATA; sent += MOST_DATA) {
        await this.#part(TARGET | MORE, command.subarray(sent, sent + MOST_DATA));
      }
      let part = await this.#part(TARGET, command.subarray(sent));
      const parts = [part.data];
      while (part.hasMore) {
        part = await this.#part(TARGET, new Uint8Array(0));
        parts.push(part.data);
      }
      return parts.length === 1 ? part.data : Uint8Array.from(parts.flatMap((bytes) => [...bytes]));
    });
  }

  async #part(target: number, bytes: Uint8Array) {
    const data = Uint8Array.of(target, ...bytes);
    const answer = await this.#chip.run({
      code: IN_DATA_EXCHANGE,
      data,
      answerMs: PART_4_MS,
      isRepeatable: false,
    });
    const { error, hasMore } = readStatus(answer[0] ?? 0);
    if (answer.length > 0 && error === 0) return { data: answer.subarray(1), hasMore };
    return this.#broken('exchange an APDU', answer);
  }

  async #refusable(doing: string, answer: Uint8Array): Promise<Uint8Array> {
    const { error } = readStatus(answer[0] ?? 0);
    if (answer.length > 0 && error === 0) return answer.subarray(1);
    const meaning = answer.length === 0 ? 'fault' : meaningOf(error);
    if ((meaning === 'no_answer' || meaning === 'too_long') && (await this.#select())) {
      const code = meaning === 'too_long' ? 'card_unsupported' : 'card_refused';
      throw new EncoderError(code, `${doing}: ${describeRadioStatus(error)}, and the card is there`);
    }
    return this.#broken(doing, answer);
  }

  /** The work is over: by what is not known of the card, or by a fault of the chip. */
  async #broken(doing: string, answer: Uint8Array): Promise<never> {
    if (answer.length === 0)
      throw new EncoderError('device_protocol', `${doing}: the answer of the PN532 is empty`);
    const { error } = readStatus(answer[0] ?? 0);
    const status = `${doing}: ${describeRadioStatus(error)}`;
    const meaning = meaningOf(error);
    if (meaning === 'fault' || meaning === 'too_long') throw new EncoderError('device_protocol', status);
    if (error === TIMED_OUT && (await this.#select())) {
      throw new EncoderError('device_timeout', `${status}: the card lies there and does not answer`);
    }
    const cure = meaning === 'disturbed' ? 'lay it flat on the encoder' : 'put it back';
    throw new EncoderError('card_removed', `${status}: the card has left the field; ${cure}`);
  }

  async #unlessEnded<T>(exchange: () => Promise<T>): Promise<T> {
    this.#check();
    if (this.#end !== undefined) throw this.#end.reason;
    try {
      return await exchange();
    } catch (error) {
      const isAnswer =
        error instanceof EncoderError && (error.code === 'card_refused' || error.code === 'card_unsupported');
      if (!isAnswer) this.#end ??= { reason: error };
      throw error;
    }
  }

  /** False when this card does not answer, twice: one that was active goes to sleep at the first call (ISO/IEC 14443-3). */
  async #select(): Promise<boolean> {
    for (let call = 1; call <= 2; call++) {
      const found = readTargets(await this.#chip.run(search(0x01, TYPE_A, ...cascaded(this.uid))));
      if (found.length > 0) return found[0]?.uid === this.uid;
    }
    return false;
  }
}

/** How often the chip looks by itself before it says that there was nothing: a sign of life every 1.8 s. */
const POLLS = 12;

/** Lets the chip look for cards by itself: whether it found any (InAutoPoll, section 7.3.13). Rejects with the signal's reason when that fires. */
export async function pollForCards(chip: Chip, signal: AbortSignal): Promise<boolean> {
  const [found = 0] = await chip.run(poll(POLLS), signal);
  return found > 0;
}

/** Looks for up to two cards. */
export async function findCards(chip: Chip): Promise<Target[]> {
  return readTargets(await chip.run(search(0x02, TYPE_A)));
}

/** A uid as anticollision goes through it, and as InListPassiveTarget wants it (section 7.3.5). */
function cascaded(uid: string): Uint8Array {
  const bytes = fromHex(uid);
  switch (bytes.length) {
    case 7:
      return Uint8Array.of(CASCADE_TAG, ...bytes);
    case 10:
      return Uint8Array.of(CASCADE_TAG, ...bytes.subarray(0, 3), CASCADE_TAG, ...bytes.subarray(3));
    default:
      return bytes;
  }
}
