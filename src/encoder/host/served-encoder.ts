import { setTimeout as delay } from 'node:timers/promises';
import type { CardEncoder, Cue, PingAnswer, PresentedCard } from '../contract.ts';
import { EncoderError } from '../errors.ts';
import { faultOf, type HostReport } from './messages.ts';

/** Between two tries to wait for a card, when waiting failed. */
const RETRY_MS = 100;

/** An encoder in the host: waits for cards all the time, and reports each one. */
export class ServedEncoder {
  readonly #deviceId: string;
  readonly #encoder: CardEncoder;
  readonly #report: (report: HostReport) => void;
  readonly #closing = new AbortController();
  #cardCount = 0;
  #presented: PresentedCard | undefined;

  constructor(deviceId: string, encoder: CardEncoder, report: (report: HostReport) => void) {
    this.#deviceId = deviceId;
    this.#encoder = encoder;
    this.#report = report;
    const { gone } = encoder;
    const tellGone = () => report({ report: 'device_gone', deviceId, fault: faultOf(gone.reason) });
    if (gone.aborted) tellGone();
    else gone.addEventListener('abort', tellGone, { once: true });
  }

  get hasCue(): boolean {
    return this.#encoder.cue !== undefined;
  }

  get canBePinged(): boolean {
    return this.#encoder.ping !== undefined;
  }

  async ping(signal: AbortSignal): Promise<PingAnswer> {
    if (this.#encoder.ping === undefined) throw new Error(`${this.#deviceId} can be asked nothing`);
    return this.#encoder.ping(signal);
  }

  cue(cue: Cue): void {
    this.#encoder.cue?.(cue);
  }

  /** Begins to report cards, and ends when the device is gone or closed. */
  async follow(): Promise<void> {
    const closing = this.#closing.signal;
    while (!closing.aborted && !this.#encoder.gone.aborted) {
      try {
        await this.#followCard(await this.#encoder.awaitCard(closing));
      } catch (error) {
        if (closing.aborted || this.#encoder.gone.aborted) return;
        this.#report({ report: 'waiting_failed', deviceId: this.#deviceId, fault: faultOf(error) });
        await delay(RETRY_MS, undefined, { signal: closing }).catch(() => {});
      }
    }
  }

  /** Throws `card_removed` when that card is not there any more. */
  cardOf(cardId: number): PresentedCard {
    if (this.#presented === undefined || cardId !== this.#cardCount) {
      throw new EncoderError('card_removed', 'the card has left');
    }
    return this.#presented;
  }

  async close(): Promise<void> {
    this.#closing.abort(new EncoderError('device_lost', 'the encoder was closed'));
    await this.#encoder[Symbol.asyncDispose]();
  }

  async #followCard(presented: PresentedCard): Promise<void> {
    const cardId = ++this.#cardCount;
    const deviceId = this.#deviceId;
    this.#presented = presented;
    const { uid, technology } = presented.card;
    this.#report({ report: 'card_presented', deviceId, cardId, card: { uid, technology } });
    await fired(AbortSignal.any([presented.removed, this.#closing.signal]));
    this.#presented = undefined;
    if (!presented.removed.aborted) return;
    this.#report({ report: 'card_removed', deviceId, cardId, fault: faultOf(presented.removed.reason) });
  }
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
