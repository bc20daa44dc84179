import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';
import type { FoundTag } from './codec/found-tag.ts';

/** Who lends a card out for one piece of work at a time: rejects as PresentedCard does. */
export interface CardHolder {
  use<T>(card: Twn4Card, work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** A card that lies on a TWN4. */
export class Twn4Card implements PresentedCard {
  readonly card: Card;
  /** As SearchTag told it. */
  readonly tag: FoundTag;
  readonly #holder: CardHolder;
  readonly #removed = new AbortController();

  constructor(card: Card, tag: FoundTag, holder: CardHolder) {
    this.card = card;
    this.tag = tag;
    this.#holder = holder;
  }

  get removed(): AbortSignal {
    return this.#removed.signal;
  }

  get speaksPart4(): boolean {
    return this.card.technology === 'mifare_desfire' || this.card.technology === 'iso14443_4';
  }

  read(signal: AbortSignal): Promise<Card> {
    return this.#holder.use(this, async () => this.card, signal);
  }

  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    return this.#holder.use(this, (link) => inspectCard(link, this.card, site), signal);
  }

  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    return abortableUntilNoted(journal, signal, (noted, untilNoted) =>
      this.#holder.use(this, (link) => writeCard(link, this.card, site, image, noted), untilNoted),
    );
  }

  /** The card has left: `removed` fires. */
  leave(reason: unknown): void {
    this.#removed.abort(reason);
  }
}
