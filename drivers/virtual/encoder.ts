import type {
  CardEncoder,
  CardSimulator,
  Cue,
  PingAnswer,
  PresentedCard,
  SimulatedCard,
  SimulatedCardOrder,
} from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { VirtualStation } from './station.ts';
import { untilEither } from './until-either.ts';

/** A virtual encoder that is open. Closing it leaves the card where it lies, once a write to it has ended. */
export class VirtualEncoder implements CardEncoder {
  readonly simulator: CardSimulator;
  /** Set where the configuration gives virtual encoders a light. */
  cue?: (cue: Cue) => void;
  readonly #station: VirtualStation;
  readonly #going = new AbortController();
  readonly #closing = new AbortController();
  readonly #onClosed: () => void;
  readonly #waiting = new Set<PromiseWithResolvers<PresentedCard>>();

  /** `placeCard` puts a card on this encoder's station; `onClosed` is called once, unless the device goes first. */
  constructor(
    station: VirtualStation,
    placeCard: (order: SimulatedCardOrder) => SimulatedCard,
    onClosed: () => void,
  ) {
    this.#station = station;
    this.#onClosed = onClosed;
    station.listener = {
      presented: (card) => {
        for (const waiting of this.#waiting) waiting.resolve(card);
      },
      failed: (error) => {
        for (const waiting of this.#waiting) waiting.reject(error);
      },
    };
    this.simulator = {
      placeCard: async (order) => {
        this.#requireOpen();
        return placeCard(order);
      },
      removeCard: async () => {
        this.#requireOpen();
        station.takeAway();
      },
    };
  }

  get gone(): AbortSignal {
    return this.#going.signal;
  }

  /** As the contract says; rejects with `device_timeout` when a card lies there that does not answer. */
  async awaitCard(signal: AbortSignal): Promise<PresentedCard> {
    const next = Promise.withResolvers<PresentedCard>();
    try {
      return await untilEither([signal, this.gone, this.#closing.signal], () => {
        if (this.#station.presented) return Promise.resolve(this.#station.presented);
        this.#waiting.add(next);
        this.#station.look();
        return next.promise;
      });
    } finally {
      this.#waiting.delete(next);
    }
  }

  /** There is no device to ask: it says so. */
  async ping(signal: AbortSignal): Promise<PingAnswer> {
    signal.throwIfAborted();
    this.#requireOpen();
    return { asked: 'the code that it is made of', said: `${this.#station.device.name} is there`, tookMs: 0 };
  }

  /** The device goes: everything that waits for it rejects with `reason`. */
  lose(reason: EncoderError): void {
    this.#station.listener = undefined;
    this.#going.abort(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new EncoderError('device_lost', `${this.#station.device.name} was closed`));
    if (this.gone.aborted) return;
    this.#station.listener = undefined;
    await this.#station.presented?.writesEnded();
    if (!this.gone.aborted) this.#onClosed();
  }

  #requireOpen(): void {
    this.gone.throwIfAborted();
    this.#closing.signal.throwIfAborted();
  }
}
