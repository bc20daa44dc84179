import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import type { EncoderError } from '../../src/encoder/errors.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';
import { unlessAborted } from '../ports/waiting.ts';
import type { WiegandBits } from '../ports/wiegand.ts';

/** Nothing but the number of such a card can be used. */
const NUMBER_ONLY: CardLink = {};

/** Has the reader for itself, sees that the card with these bits is there still, and does `work`. */
export type UseCard = <T>(card: PcproxCard, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** A card that a pcProx has in its field. */
export class PcproxCard implements PresentedCard {
  readonly card: Card;
  readonly bits: WiegandBits;
  readonly #use: UseCard;
  readonly #removal = new AbortController();

  constructor(card: Card, bits: WiegandBits, use: UseCard) {
    this.card = card;
    this.bits = bits;
    this.#use = use;
  }

  get removed(): AbortSignal {
    return this.#removal.signal;
  }

  /** The card or its reader goes: everything that is under way rejects with `reason`. */
  leave(reason: EncoderError): void {
    this.#removal.abort(reason);
  }

  read(signal: AbortSignal): Promise<Card> {
    return this.#work(async () => this.card, signal);
  }

  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    return this.#work(() => inspectCard(NUMBER_ONLY, this.card, site), signal);
  }

  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    return abortableUntilNoted(journal, signal, (noted, untilNoted) =>
      this.#work(() => writeCard(NUMBER_ONLY, this.card, site, image, noted), untilNoted),
    );
  }

  async #work<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    return unlessAborted(this.#use(this, work, signal), signal, this.removed);
  }
}
