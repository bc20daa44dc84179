import { readUid } from '../../src/card/storage-card.ts';
import type { PresentedCard } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardExchange } from './card-exchange.ts';
import { untilEither } from './until-either.ts';

/** A card on a virtual encoder, once it is known what it is. */
export class VirtualPresentedCard implements PresentedCard {
  readonly card: Card;
  readonly #exchange: CardExchange;
  readonly #removal = new AbortController();

  constructor(card: Card, exchange: CardExchange) {
    this.card = card;
    this.#exchange = exchange;
  }

  get removed(): AbortSignal {
    return this.#removal.signal;
  }

  /** The card or its device goes: everything that is under way rejects with `reason`. */
  leave(reason: EncoderError): void {
    this.#removal.abort(reason);
  }

  async read(signal: AbortSignal): Promise<Card> {
    const uid = await untilEither([signal, this.removed], () =>
      readUid((apdu) => this.#exchange.transmit(apdu)),
    );
    if (uid !== this.card.uid) {
      throw new EncoderError('card_removed', 'another card took the place of the one that was presented');
    }
    return this.card;
  }
}
