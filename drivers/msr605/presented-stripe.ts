import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink, StripeTracks } from '../../src/card/link.ts';
import { numberOnStripe } from '../../src/card/magstripe/stripe-number.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';
import { Lane } from '../ports/lane.ts';
import { unlessAborted } from '../ports/waiting.ts';
import type { Msr605 } from './msr605.ts';
import type { Msr605Pace } from './pace.ts';
import type { StripeIdentity } from './stripe-identity.ts';
import { SwipedLink } from './stripe-link.ts';
import type { SwipeReader } from './swipes.ts';

export interface PresentedStripeSetup {
  readonly device: Msr605;
  readonly reader: SwipeReader;
  readonly identity: StripeIdentity;
  readonly pace: Msr605Pace;
  readonly tracks: StripeTracks;
  readonly uid: string;
}

/** A card that was swiped: there for a while after its swipe, and after the last work on it. */
export class PresentedStripe implements PresentedCard {
  readonly card: Card;
  readonly #setup: PresentedStripeSetup;
  readonly #lane = new Lane();
  readonly #removal = new AbortController();
  readonly #closing = new AbortController();
  #tracks: StripeTracks;
  #works = 0;
  #leaving: NodeJS.Timeout | undefined;

  constructor(setup: PresentedStripeSetup) {
    this.#setup = setup;
    this.card = { uid: setup.uid, technology: 'magnetic_stripe' };
    this.#tracks = setup.tracks;
    this.#leaveSoon();
  }

  get removed(): AbortSignal {
    return this.#removal.signal;
  }

  /** What the swipe said: a stripe cannot be read again without another. Rejects with `card_unsupported` when it carries no number. */
  read(signal: AbortSignal): Promise<Card> {
    return this.#use(this.#untilClosed(signal), async () => {
      if (numberOnStripe(this.#tracks) === null)
        throw new EncoderError('card_unsupported', 'this stripe carries no number: encode it first');
      return this.card;
    });
  }

  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    const until = this.#untilClosed(signal);
    return this.#use(until, () => inspectCard(this.#link(until), this.card, site));
  }

  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    return abortableUntilNoted(journal, this.#untilClosed(signal), async (noted, untilNoted) => {
      let isTouched = false;
      const touch = () => {
        isTouched = true;
      };
      try {
        await this.#use(untilNoted, async () => {
          const link = this.#link(untilNoted, touch);
          await writeCard(link, this.card, site, image, noted);
          this.#tracks = link.stripe.lastRead;
          this.#setup.identity.heals(this.card.uid);
        });
      } catch (error) {
        // Nobody knows what is on the card now: the next swipe tells.
        if (isTouched) this.leave(unknownAfter(error));
        throw error;
      }
    });
  }

  /** The card or its encoder goes: what is under way rejects with `reason`. */
  leave(reason: unknown): void {
    clearTimeout(this.#leaving);
    this.#removal.abort(reason);
  }

  /** Ends what is under way with `reason`, a write too: it waits for a swipe, and the encoder must not be left armed. Resolves when all of it has ended. */
  async closeWork(reason: unknown): Promise<void> {
    this.#closing.abort(reason);
    this.leave(reason);
    await this.#lane.idle();
  }

  #untilClosed(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  #link(signal: AbortSignal, onWrite = () => {}): CardLink & { readonly stripe: SwipedLink } {
    const { device, reader, identity, pace } = this.#setup;
    const stripe = new SwipedLink({
      ...{ device, reader, pace, tracks: this.#tracks },
      signal: AbortSignal.any([signal, this.removed]),
      onWrite: (written) => {
        identity.tears(this.card.uid, written);
        onWrite();
      },
    });
    return { stripe };
  }

  /** Holds the card for `work` alone. When the signal fires or the card leaves it rejects at once, and waits for no swipe any more. */
  async #use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.#works += 1;
    clearTimeout(this.#leaving);
    const used = this.#lane.run(async () => {
      // Whoever waited for the work before this hears of its end first.
      await nextTurn();
      signal.throwIfAborted();
      this.removed.throwIfAborted();
      return work();
    });
    used.catch(() => {}).finally(() => this.#leaveSoon(-1));
    return unlessAborted(used, signal, this.removed);
  }

  #leaveSoon(works = 0): void {
    this.#works += works;
    clearTimeout(this.#leaving);
    if (this.#works > 0 || this.removed.aborted) return;
    this.#leaving = setTimeout(
      () => this.leave(new EncoderError('card_removed', 'the card was swiped and put away')),
      this.#setup.pace.presentMs,
    );
  }
}

function unknownAfter(error: unknown): EncoderError {
  if (error instanceof EncoderError && (error.code === 'card_removed' || error.code === 'device_lost'))
    return error;
  const message = 'the card was not encoded whole: swipe it again';
  return new EncoderError('card_removed', message, { cause: error });
}
