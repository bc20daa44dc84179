import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';

/**
 * Holds a card for `work` alone, after its number was read again. When `signal` fires it rejects at once, and no exchange begins after
 * that. Rejects with `card_removed` when the card has left or another took its place.
 */
export type HoldCard = <T>(
  card: Pn532Card,
  work: (link: CardLink) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/** A card that lies on a PN532. */
export class Pn532Card implements PresentedCard {
  readonly card: Card;
  readonly #hold: HoldCard;
  readonly #closing: AbortSignal;
  readonly #removed = new AbortController();

  /** `closing` ends what has not begun to write. */
  constructor(card: Card, hold: HoldCard, closing: AbortSignal) {
    this.card = card;
    this.#hold = hold;
    this.#closing = closing;
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
    const until = AbortSignal.any([signal, this.#closing]);
    return abortableUntilNoted(journal, until, (noted, untilNoted) =>
      this.#hold(this, (link) => writeCard(link, this.card, site, image, noted), untilNoted),
    );
  }

  /** Holds the card for `work` alone; it ends when the encoder is closed. Rejects as `HoldCard` says. */
  async use<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#hold(this, work, AbortSignal.any([signal, this.#closing]));
  }

  /** The card has left: `removed` fires. */
  leave(reason: unknown): void {
    this.#removed.abort(reason);
  }
}
