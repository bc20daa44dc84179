import type { CardLink } from '../../src/card/link.ts';
import type { Card } from '../../src/model/card.ts';
import { FieldCard } from '../ports/field-card.ts';
import { unlessAborted } from '../ports/waiting.ts';
import type { WiegandBits } from '../ports/wiegand.ts';

/** Nothing but the number of such a card can be used. */
const NUMBER_ONLY: CardLink = {};

/** Has the reader for itself, sees that the card with these bits is there still, and does `work`. */
export type UseCard = <T>(card: PcproxCard, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** A card that a pcProx has in its field. */
export class PcproxCard extends FieldCard {
  readonly bits: WiegandBits;
  readonly #use: UseCard;

  constructor(card: Card, bits: WiegandBits, use: UseCard) {
    super(card);
    this.bits = bits;
    this.#use = use;
  }

  protected override async hold<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    return unlessAborted(
      this.#use(this, () => work(NUMBER_ONLY), signal),
      signal,
      this.removed,
    );
  }
}
