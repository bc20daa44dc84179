import type { CardEncoder, CardSimulator, Cue, PingAnswer, PresentedCard } from './contract.ts';
import { EncoderError } from './errors.ts';

/** The place of one encoder at the desk: it stays while the device comes and goes. */
export class Station {
  readonly id: string;
  #encoder: CardEncoder | null = null;
  #card: PresentedCard | null = null;
  readonly #waiters = new Set<Waiter>();

  constructor(id: string) {
    this.id = id;
  }

  get simulator(): CardSimulator | null {
    return this.#encoder?.simulator ?? null;
  }

  /** The card in the field. */
  get card(): PresentedCard | null {
    return this.#card;
  }

  /**
   * Resolves with the card in the field or the next one, but not with `spent`; rejects with `device_lost` while the
   * device is away.
   */
  awaitCard(signal: AbortSignal, spent: PresentedCard | null): Promise<PresentedCard> {
    return this.#until(() => {
      if (this.#encoder === null) throw new EncoderError('device_lost', 'The encoder is not connected.');
      return this.#card === spent ? null : this.#card;
    }, signal);
  }

  /** Resolves once this card is in the field no more. Rejects with `device_lost` when the device leaves first. */
  async awaitDeparture(card: PresentedCard, signal: AbortSignal): Promise<void> {
    await this.#until(() => {
      if (this.#encoder === null) throw new EncoderError('device_lost', 'The encoder is not connected.');
      return this.#card === card ? null : true;
    }, signal);
  }

  /** Resolves once the device is there. */
  async awaitDevice(signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#encoder, signal);
  }

  /** Shows the person how it went, where the device can. */
  cue(cue: Cue): void {
    this.#encoder?.cue?.(cue);
  }

  /** Whether a device is there, and what it has for a person and for a technician. */
  get means(): 'away' | { readonly hasCue: boolean; readonly canBePinged: boolean } {
    const encoder = this.#encoder;
    if (encoder === null) return 'away';
    return { hasCue: encoder.cue !== undefined, canBePinged: encoder.ping !== undefined };
  }

  /** As CardEncoder.ping. Rejects with `device_lost` while the device is away, and with `driver_unavailable` where it can be asked nothing. */
  async ping(signal: AbortSignal): Promise<PingAnswer> {
    if (this.#encoder === null) throw new EncoderError('device_lost', 'The encoder is not connected.');
    if (this.#encoder.ping === undefined) {
      throw new EncoderError('driver_unavailable', 'The encoder can be asked nothing of itself.');
    }
    return this.#encoder.ping(signal);
  }

  attach(encoder: CardEncoder): void {
    this.#encoder = encoder;
    this.#wake();
  }

  detach(): void {
    this.#encoder = null;
    this.#card = null;
    this.#wake();
  }

  present(card: PresentedCard): void {
    this.#card = card;
    this.#wake();
  }

  /** A card lies there and cannot be read: whoever waits for one is told. */
  fail(error: EncoderError): void {
    for (const waiter of this.#waiters) waiter.fail(error);
  }

  clear(): void {
    this.#card = null;
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter.lookAgain();
  }

  /** Resolves with the first answer of `look` that is not null, asked now and after every change here. */
  async #until<T>(look: () => T | null, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const outcome = Promise.withResolvers<T>();
    const waiter: Waiter = {
      lookAgain: () => {
        try {
          const found = look();
          if (found !== null) outcome.resolve(found);
        } catch (error) {
          outcome.reject(error);
        }
      },
      fail: outcome.reject,
    };
    const stop = () => outcome.reject(signal.reason);
    this.#waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
    waiter.lookAgain();
    return outcome.promise.finally(() => {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', stop);
    });
  }
}

/** Somebody who waits for a change here. */
interface Waiter {
  lookAgain(): void;
  fail(error: EncoderError): void;
}
