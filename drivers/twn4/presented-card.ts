import type { CardLink } from '../../src/card/link.ts';
import type { Card } from '../../src/model/card.ts';
import { FieldCard } from '../ports/field-card.ts';
import type { FoundTag } from './codec/found-tag.ts';

/** Who lends a card out for one piece of work at a time: as FieldCard.hold. */
export interface CardHolder {
  use<T>(card: Twn4Card, work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** A card that lies on a TWN4. */
export class Twn4Card extends FieldCard {
  /** As SearchTag told it. */
  readonly tag: FoundTag;
  readonly #holder: CardHolder;

  constructor(card: Card, tag: FoundTag, holder: CardHolder) {
    super(card);
    this.tag = tag;
    this.#holder = holder;
  }

  get speaksPart4(): boolean {
    return this.card.technology === 'mifare_desfire' || this.card.technology === 'iso14443_4';
  }

  protected override hold<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#holder.use(this, work, signal);
  }
}
