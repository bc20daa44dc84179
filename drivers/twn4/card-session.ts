import { EncoderError } from '../../src/encoder/errors.ts';
import { type FoundTag, isSameTag } from './codec/found-tag.ts';
import type { Twn4Reader } from './reader.ts';

/** What leaves it open which card would answer next, or whether one would. */
const ENDS_WORK: ReadonlySet<string> = new Set(['card_removed', 'device_timeout', 'device_lost']);

/** One piece of work on the card that was found: every exchange goes through it. */
export class CardSession {
  readonly reader: Twn4Reader;
  readonly #tag: FoundTag;
  readonly #signal: AbortSignal;
  #end: unknown;

  /** The card is selected. No exchange begins once `signal` has fired. */
  constructor(reader: Twn4Reader, tag: FoundTag, signal: AbortSignal) {
    this.reader = reader;
    this.#tag = tag;
    this.#signal = signal;
  }

  /** Does one exchange. Throws the signal's reason once that has fired; after an exchange that broke off, its error again. */
  async exchange<T>(exchange: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    if (this.#end !== undefined) throw this.#end;
    try {
      return await exchange();
    } catch (error) {
      if (error instanceof EncoderError && ENDS_WORK.has(error.code)) this.#end ??= error;
      throw error;
    }
  }

  /**
   * After a no, or silence: selects the card again, which needs that. What was open on it is closed. Rejects with `card_removed` when it is not there any more,
   * which the reader does not tell from a no.
   */
  async selectAgain(): Promise<void> {
    const tag = await this.reader.searchTag();
    if (tag === undefined) throw cardLeft();
    if (!isSameTag(tag, this.#tag)) throw otherCard();
  }

  /** The work has ended: no exchange begins any more. */
  close(): void {
    this.#end ??= new Error('An exchange was asked for after the work that held the card had ended');
  }
}

export function cardLeft(): EncoderError {
  return new EncoderError('card_removed', 'the card has left the reader');
}

export function otherCard(): EncoderError {
  return new EncoderError('card_removed', 'another card lies on the reader than the one that was presented');
}
