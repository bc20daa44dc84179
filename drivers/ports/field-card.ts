import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';

/** A card in the field of a reader. A driver says how a piece of work gets it. */
export abstract class FieldCard implements PresentedCard {
  readonly card: Card;
  readonly #removed = new AbortController();

  constructor(card: Card) {
    this.card = card;
  }

  get removed(): AbortSignal {
    return this.#removed.signal;
  }

  read(signal: AbortSignal): Promise<Card> {
    return this.use(async () => this.card, signal);
  }

  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    return this.use((link) => inspectCard(link, this.card, site), signal);
  }

  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    return abortableUntilNoted(journal, this.until(signal), (noted, untilNoted) =>
      this.hold((link) => writeCard(link, this.card, site, image, noted), untilNoted),
    );
  }

  /** Does a piece of work that changes nothing. Rejects as `hold` does. */
  async use<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.hold(work, this.until(signal));
  }

  /** The card has left: `removed` fires. */
  leave(reason: unknown): void {
    this.#removed.abort(reason);
  }

  /**
   * Holds the card for `work` alone, after its number was read again. When `signal` fires it rejects at once, and no exchange begins after that. Rejects with
   * `card_removed` when the card has left or another one took its place.
   */
  protected abstract hold<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T>;

  /** What else ends a piece of work before its first note. */
  protected until(signal: AbortSignal): AbortSignal {
    return signal;
  }
}
