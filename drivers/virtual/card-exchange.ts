import type { Transmit } from '../../src/card/pseudo-apdu.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { ApduTap, CardTask } from '../../src/encoder/tap.ts';
import type { VirtualCard } from './virtual-card.ts';

/** How long an exchange may take before the card counts as not answering. */
const EXCHANGE_TIMEOUT_MS = 5_000;

/** Where what passes between a virtual encoder and its cards is noted. */
export interface CardTap {
  readonly exchanges: ApduTap;
  work(task: CardTask): void;
}

/** Where the memory of one card is kept. */
export interface CardKeeper {
  /** Keeps the memory as it is now: a process that dies does not take it with it. */
  keep(): void;
  /** Resolves when what was kept last outlives a power cut. */
  settle(): Promise<void>;
  /** Whether it does so already. */
  readonly isSettled: boolean;
}

/**
 * A card on a virtual encoder: one piece of work at a time, one APDU at a time, each with a deadline; its memory is kept whenever that has
 * changed, and settled before the work that changed it has ended.
 */
export class CardExchange {
  /** The name that the card was placed by. */
  readonly id: string;
  readonly card: VirtualCard;
  readonly #keeper: CardKeeper;
  readonly #tap: CardTap | undefined;
  #keptRevision: number;
  /** Null: what was kept when the card was placed is not settled. */
  #settledRevision: number | null;
  #lastWork: Promise<unknown> = Promise.resolve();
  #lastAnswer: Promise<unknown> = Promise.resolve();

  /** `keeper.keep` is called when an exchange has changed the memory, before the answer is given. */
  constructor(id: string, card: VirtualCard, keeper: CardKeeper, tap?: CardTap) {
    this.id = id;
    this.card = card;
    this.#keeper = keeper;
    this.#tap = tap;
    this.#keptRevision = card.revision;
    this.#settledRevision = keeper.isSettled ? card.revision : null;
  }

  /**
   * Holds the card for `work` alone, once everything before it has ended. An exchange rejects with `device_timeout` after 5 s, with
   * `card_removed` when the card has left, and with `driver_unavailable` when its memory cannot be kept.
   */
  hold<T>(task: CardTask, work: (transmit: Transmit) => Promise<T>): Promise<T> {
    const result = this.#lastWork.then(async () => {
      this.#tap?.work(task);
      try {
        return await work((apdu) => this.#transmit(apdu));
      } finally {
        await this.#settleIfKept();
      }
    });
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
    const beganMs = performance.now();
    let answer: Uint8Array | undefined;
    try {
      answer = await Promise.race([this.card.transmit(apdu), deadline.promise]);
      return answer;
    } finally {
      this.#tap?.exchanges.exchanged(beganMs, apdu, answer);
      clearTimeout(timer);
      this.#keepIfChanged();
    }
  }

  #keepIfChanged(): void {
    const { revision } = this.card;
    if (revision === this.#keptRevision) return;
    this.#keptRevision = revision;
    this.#keeper.keep();
  }

  async #settleIfKept(): Promise<void> {
    const kept = this.#keptRevision;
    if (kept === this.#settledRevision) return;
    await this.#keeper.settle();
    this.#settledRevision = kept;
  }
}
