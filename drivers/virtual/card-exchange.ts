import type { Transmit } from '../../src/card/pseudo-apdu.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { VirtualCard } from './virtual-card.ts';

/** How long an exchange may take before the card counts as not answering. */
const EXCHANGE_TIMEOUT_MS = 5_000;

/**
 * A card on a virtual encoder: one piece of work at a time, one APDU at a time, each with a deadline; its memory is kept whenever that has
 * changed.
 */
export class CardExchange {
  /** The name that the card was placed by. */
  readonly id: string;
  readonly card: VirtualCard;
  readonly #keep: () => void;
  #keptRevision: number;
  #lastWork: Promise<unknown> = Promise.resolve();
  #lastAnswer: Promise<unknown> = Promise.resolve();

  /** `keep` stores the memory of the card; it is called when an exchange has changed it, before the answer is given. */
  constructor(id: string, card: VirtualCard, keep: () => void) {
    this.id = id;
    this.card = card;
    this.#keep = keep;
    this.#keptRevision = card.revision;
  }

  /**
   * Holds the card for `work` alone, once everything before it has ended. An exchange rejects with `device_timeout` after 5 s, with
   * `card_removed` when the card has left, and with `driver_unavailable` when its memory cannot be kept.
   */
  hold<T>(work: (transmit: Transmit) => Promise<T>): Promise<T> {
    const result = this.#lastWork.then(() => work((apdu) => this.#transmit(apdu)));
    this.#lastWork = result.catch(() => {});
    return result;
  }

  /** Takes the card out of the field. What an exchange did to it before is kept. */
  end(): void {
    this.card.pull();
    this.#keepIfChanged();
  }

  #transmit(apdu: Uint8Array): Promise<Uint8Array> {
    const answer = this.#lastAnswer.then(() => this.#transmitNow(apdu));
    this.#lastAnswer = answer.catch(() => {});
    return answer;
  }

  async #transmitNow(apdu: Uint8Array): Promise<Uint8Array> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `the card did not answer within ${EXCHANGE_TIMEOUT_MS} ms`;
      deadline.reject(new EncoderError('device_timeout', message));
    }, EXCHANGE_TIMEOUT_MS);
    // A card that is mute must not keep a process from ending.
    timer.unref();
    try {
      return await Promise.race([this.card.transmit(apdu), deadline.promise]);
    } finally {
      clearTimeout(timer);
      this.#keepIfChanged();
    }
  }

  #keepIfChanged(): void {
    const { revision } = this.card;
    if (revision === this.#keptRevision) return;
    this.#keptRevision = revision;
    this.#keep();
  }
}
