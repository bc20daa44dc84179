import type { CardLink } from '../../src/card/link.ts';
import type { Card } from '../../src/model/card.ts';
import { FieldCard } from '../ports/field-card.ts';

/** As FieldCard.hold. */
export type HoldCard = <T>(
  card: Pn532Card,
  work: (link: CardLink) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/** A card that lies on a PN532. */
export class Pn532Card extends FieldCard {
  readonly #hold: HoldCard;
  readonly #closing: AbortSignal;

  /** `closing` ends what has not begun to write. */
  constructor(card: Card, hold: HoldCard, closing: AbortSignal) {
    super(card);
    this.#hold = hold;
    this.#closing = closing;
  }

  protected override hold<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#hold(this, work, signal);
  }

  protected override until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing]);
  }
}
