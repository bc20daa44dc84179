import type { CardLink } from '../../src/card/link.ts';
import type { CardEncoder, PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Card } from '../../src/model/card.ts';
import { Lane } from '../ports/lane.ts';
import { pause, unlessAborted } from '../ports/waiting.ts';
import { cardLink, refine } from './card-link.ts';
import type { Chip } from './chip.ts';
import { findCards, HeldCard, pollForCards } from './held-card.ts';
import { Pn532Card } from './presented-card.ts';
import { familyOf, type Target } from './target.ts';

/** Between two looks for cards. While none is there, the chip itself looks as often. */
const LOOK_MS = 150;
/** The chip may miss one of two cards in one look: the field counts as crowded until so many looks in a row have found fewer than two. */
const UNCROWDED_LOOKS = 2;

/** A PN532 as an encoder: looks for cards while no work holds one, and finds out what each is as soon as it comes. */
export class Pn532Encoder implements CardEncoder {
  readonly #chip: Chip;
  readonly #lane = new Lane();
  readonly #closing = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<Pn532Card>>();
  readonly #looking: Promise<void>;
  #card: Pn532Card | undefined;
  /** More than none: two cards were seen so shortly ago. */
  #crowdedLooks = 0;
  #lookNow = new AbortController();
  /** Ends the chip's own looking when somebody wants to ask it something. */
  #askNow = new AbortController();
  #canPoll = true;
  /** When work last found the card in its place, by performance.now(). */
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(chip: Chip) {
    this.#chip = chip;
    this.gone.addEventListener('abort', () => this.#end(this.gone.reason), {
      once: true,
      signal: this.#closing.signal,
    });
    this.#looking = this.#lookOn();
  }

  get gone(): AbortSignal {
    return this.#chip.gone;
  }

  async awaitCard(signal: AbortSignal): Promise<Pn532Card> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (this.#crowdedLooks > 0) throw twoCards();
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<Pn532Card>();
    this.#waiters.add(waiter);
    return unlessAborted(waiter.promise, signal).finally(() => this.#waiters.delete(waiter));
  }

  /** Diagnose, test 0: the chip repeats bytes drawn at random (UM0701-02, section 7.2.1). */
  ping(signal: AbortSignal): Promise<PingAnswer> {
    const asked = this.#lane.run(async () => {
      this.#askNow = new AbortController();
      signal.throwIfAborted();
      return this.#chip.lineTest();
    });
    this.#askNow.abort();
    return unlessAborted(asked, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#closing.abort(closed);
    this.#refuse(closed);
    await this.#looking;
    await this.#lane.idle();
    this.#dismiss(closed);
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#closing;
    let wasVain = false;
    while (!signal.aborted && !this.gone.aborted) {
      this.#lookNow = new AbortController();
      const isWell = await this.#lane
        .run(() => this.#look())
        .then(
          () => true,
          (error: unknown) => this.#refuse(error),
        );
      const isEmpty = isWell === true && this.#card === undefined && this.#crowdedLooks === 0;
      // A chip that sees what is no card would see it at once again.
      if (isEmpty && this.#canPoll && !wasVain) {
        wasVain = await this.#lane.run(() => this.#poll());
      } else {
        await pause(LOOK_MS, signal, this.gone, this.#lookNow.signal);
        wasVain = false;
      }
    }
  }

  /** Waits until the chip sees something, or for 1.8 s: whether it saw something, or failed. The look that follows tells which. */
  async #poll(): Promise<boolean> {
    try {
      return await pollForCards(this.#chip, AbortSignal.any([this.#closing.signal, this.#askNow.signal]));
    } catch (error) {
      if (this.#askNow.signal.aborted) return false;
      // Some chips that call themselves PN532 do not know the command.
      if (error instanceof EncoderError && error.code === 'device_protocol') this.#canPoll = false;
      return true;
    }
  }

  async #look(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    // Work has just done what a look would do.
    if (this.#card !== undefined && performance.now() - this.#seenAt < LOOK_MS) return;
    let found = await findCards(this.#chip);
    // A card that was active goes to sleep when it is called first, and answers the second time (ISO/IEC 14443-3).
    if (found.length === 0 && this.#card !== undefined) found = await findCards(this.#chip);
    const known = this.#card?.card.uid;
    if (known !== undefined && !found.some(({ uid }) => uid === known)) {
      this.#dismiss(new EncoderError('card_removed', 'the card has left the encoder'));
    }
    this.#crowdedLooks = found.length > 1 ? UNCROWDED_LOOKS : Math.max(0, this.#crowdedLooks - 1);
    if (this.#crowdedLooks > 0) return this.#refuse(twoCards());
    const [target] = found;
    if (target !== undefined && this.#card === undefined) await this.#identify(target);
  }

  async #identify(target: Target): Promise<void> {
    const family = familyOf(target);
    const check = () => this.#closing.signal.throwIfAborted();
    try {
      const held = await HeldCard.take(this.#chip, target.uid, check);
      const technology = await refine(held, family).finally(() => held.release());
      this.#present({ uid: target.uid, technology });
    } catch (error) {
      // It has left already, or is still on its way: the next look tells.
      if (!(error instanceof EncoderError && error.code === 'card_removed')) throw error;
    }
  }

  #present(card: Card): void {
    this.#card = new Pn532Card(
      card,
      (presented, work, signal) => this.#hold(presented, work, signal),
      this.#closing.signal,
    );
    for (const waiter of this.#waiters) waiter.resolve(this.#card);
  }

  async #hold<T>(
    presented: Pn532Card,
    work: (link: CardLink) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    presented.removed.throwIfAborted();
    const { uid, technology } = presented.card;
    const result = this.#lane.run(async () => {
      presented.removed.throwIfAborted();
      if (this.#crowdedLooks > 0) throw twoCards();
      const held = await HeldCard.take(this.#chip, uid, () => signal.throwIfAborted());
      const done = await work(cardLink(held, technology)).finally(() => held.release());
      this.#seenAt = performance.now();
      return done;
    });
    try {
      return await unlessAborted(result, signal);
    } catch (error) {
      if (error instanceof EncoderError && error.code === 'card_removed') this.#lost(presented, error);
      throw error;
    }
  }

  /** Work found the card gone, before a look did. */
  #lost(presented: Pn532Card, reason: EncoderError): void {
    if (this.#card !== presented) return;
    this.#dismiss(reason);
    this.#lookNow.abort();
  }

  #dismiss(reason: unknown): void {
    const card = this.#card;
    this.#card = undefined;
    card?.leave(reason);
  }

  #end(reason: unknown): void {
    this.#dismiss(reason);
    this.#refuse(reason);
  }

  #refuse(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}

function twoCards(): EncoderError {
  return new EncoderError('card_refused', 'two cards lie on the encoder: take one away');
}
