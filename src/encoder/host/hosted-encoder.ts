import type { CardSite, WriteJournal } from '../../card/program.ts';
import type { Card } from '../../model/card.ts';
import type { CardContents, CardImage } from '../../model/card-record.ts';
import type { CardEncoder, Cue, PingAnswer, PresentedCard } from '../contract.ts';
import { EncoderError } from '../errors.ts';
import type { HostedCalls } from './hosted-calls.ts';

/** An encoder whose driver runs in another process, which tells of every card that comes and goes: awaiting one asks nobody. */
export class HostedEncoder implements CardEncoder {
  /** Set where the device has a light or a sound. */
  cue?: (cue: Cue) => void;
  /** Set where the device can be asked something. */
  ping?: (signal: AbortSignal) => Promise<PingAnswer>;
  readonly #calls: HostedCalls;
  readonly #onClose: () => void;
  readonly #gone = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<PresentedCard>>();
  #card: HostedCard | undefined;
  #closed: EncoderError | undefined;

  /** `onClose` is called once, when closing begins. */
  constructor(calls: HostedCalls, onClose: () => void) {
    this.#calls = calls;
    this.#onClose = onClose;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  async awaitCard(signal: AbortSignal): Promise<PresentedCard> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<PresentedCard>();
    const stop = () => waiter.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    this.#waiters.add(waiter);
    try {
      return await waiter.promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#end(this.#closed);
    this.#onClose();
    if (!this.gone.aborted) await this.#calls.close();
  }

  /** A card came. */
  present(cardId: number, card: Card): void {
    if (this.#closed !== undefined) return;
    const presented = new HostedCard(cardId, card, this.#calls);
    this.#card = presented;
    for (const waiter of this.#waiters) waiter.resolve(presented);
  }

  /** The card left. */
  remove(cardId: number, reason: EncoderError): void {
    if (this.#card?.id !== cardId) return;
    this.#card.leave(reason);
    this.#card = undefined;
  }

  /** Waiting failed: whoever waits now is told. */
  fail(reason: EncoderError): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }

  /** The device went, or the process that had it. */
  lose(reason: EncoderError): void {
    this.#gone.abort(reason);
    this.#end(reason);
  }

  #end(reason: EncoderError): void {
    this.#card?.leave(reason);
    this.#card = undefined;
    this.fail(reason);
  }
}

class HostedCard implements PresentedCard {
  readonly id: number;
  readonly card: Card;
  readonly #calls: HostedCalls;
  readonly #removed = new AbortController();

  constructor(id: number, card: Card, calls: HostedCalls) {
    this.id = id;
    this.card = card;
    this.#calls = calls;
  }

  get removed(): AbortSignal {
    return this.#removed.signal;
  }

  async read(signal: AbortSignal): Promise<Card> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    return this.#calls.read(this.id, signal);
  }

  async inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    return this.#calls.inspect(this.id, site, signal);
  }

  async write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    await this.#calls.write({ cardId: this.id, site, image }, journal, signal);
  }

  leave(reason: EncoderError): void {
    this.#removed.abort(reason);
  }
}
