import { identify } from '../../src/card/identify.ts';
import { ACR122_PROFILE } from '../../src/card/storage-card.ts';
import type { Device, PresentedCard } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardExchange } from './card-exchange.ts';
import { VirtualPresentedCard } from './presented-card.ts';

/** Who is told about the card on a station. */
export interface CardListener {
  presented(card: PresentedCard): void;
  /** The card that lies there cannot be told: it does not answer, or nonsense. */
  failed(error: unknown): void;
}

/** The place where a virtual encoder stands: what is plugged in there, and what lies on it. It outlives opening and closing. */
export class VirtualStation {
  readonly device: Device;
  /** The encoder that is open. */
  listener: CardListener | undefined;
  #exchange: CardExchange | undefined;
  #presented: VirtualPresentedCard | undefined;
  #isPlugged = true;
  #isLooking = false;

  constructor(device: Device) {
    this.device = device;
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  /** The card in the field, once the reader has said what it is. */
  get presented(): VirtualPresentedCard | undefined {
    return this.#presented;
  }

  /** The name that the card was placed by. */
  get cardId(): string | undefined {
    return this.#exchange?.id;
  }

  /** Puts the card in the field; the one that is there is taken away first. */
  place(exchange: CardExchange): void {
    this.takeAway();
    this.#exchange = exchange;
    this.#isLooking = false;
    this.look();
  }

  /** Takes the card out of the field; nothing there is fine. */
  takeAway(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#dismiss(new EncoderError('card_removed', `the card was taken off ${this.device.name}`));
    exchange?.end();
  }

  /** The device goes; the card stays where it lies. */
  unplug(reason: EncoderError): void {
    this.#isPlugged = false;
    this.#dismiss(reason);
  }

  replug(): void {
    this.#isPlugged = true;
    this.#exchange?.card.activate();
    this.look();
  }

  /** Finds out which card lies there, unless that is known or under way, and presents it if it is still there then. */
  look(): void {
    const exchange = this.#exchange;
    if (!exchange || this.#presented || this.#isLooking || !this.#isPlugged) return;
    this.#isLooking = true;
    exchange
      .hold({ work: 'identify', atr: exchange.card.atr }, (transmit) =>
        identify(transmit, exchange.card.atr, ACR122_PROFILE),
      )
      .then(
        (card) => {
          if (this.#exchange !== exchange) return;
          this.#isLooking = false;
          if (!this.#isPlugged) return;
          this.#presented = new VirtualPresentedCard(card, exchange);
          this.listener?.presented(this.#presented);
        },
        (error: unknown) => {
          if (this.#exchange !== exchange) return;
          this.#isLooking = false;
          this.listener?.failed(error);
        },
      );
  }

  #dismiss(reason: EncoderError): void {
    const presented = this.#presented;
    this.#presented = undefined;
    presented?.leave(reason);
  }
}
