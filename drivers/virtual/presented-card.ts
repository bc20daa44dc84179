import { inspectCard, writeCard } from '../../src/card/card-work.ts';
import type { CardLink } from '../../src/card/link.ts';
import type { CardSite, WriteJournal } from '../../src/card/program.ts';
import type { Transmit } from '../../src/card/pseudo-apdu.ts';
import { ACR122_PROFILE, readUid, storageCardLink } from '../../src/card/storage-card.ts';
import { abortableUntilNoted, type PresentedCard } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTask } from '../../src/encoder/tap.ts';
import type { Card } from '../../src/model/card.ts';
import type { CardContents, CardImage } from '../../src/model/card-record.ts';
import type { CardExchange } from './card-exchange.ts';
import { untilEither } from './until-either.ts';

/** A card on a virtual encoder, once it is known what it is. */
export class VirtualPresentedCard implements PresentedCard {
  readonly card: Card;
  readonly #exchange: CardExchange;
  readonly #removal = new AbortController();
  #lastWrites: Promise<unknown> = Promise.resolve();

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

  read(signal: AbortSignal): Promise<Card> {
    return this.#use({ work: 'read', card: this.card }, async () => this.card, signal);
  }

  inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    return this.#use(
      { work: 'inspect', card: this.card, site },
      (link) => inspectCard(link, this.card, site),
      signal,
    );
  }

  write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    const written = abortableUntilNoted(journal, signal, (noted, untilNoted) =>
      this.#use(
        { work: 'write', card: this.card, site, image },
        (link) => writeCard(link, this.card, site, image, noted),
        untilNoted,
      ),
    );
    this.#lastWrites = Promise.allSettled([this.#lastWrites, written]);
    return written;
  }

  /** Resolves when every write so far has ended. */
  async writesEnded(): Promise<void> {
    await this.#lastWrites;
  }

  /**
   * Holds the card for `work` alone, after its number was read again. When the signal fires or the card leaves it rejects at once, and no
   * exchange begins after that.
   */
  #use<T>(task: CardTask, work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    const stops = [signal, this.removed];
    return untilEither(stops, () =>
      this.#exchange.hold(task, async (transmit) => {
        const untilStopped: Transmit = async (apdu) => {
          for (const stop of stops) stop.throwIfAborted();
          return transmit(apdu);
        };
        const uid = await readUid(untilStopped);
        if (uid !== this.card.uid) {
          throw new EncoderError('card_removed', 'another card took the place of the one that was presented');
        }
        return work(storageCardLink(untilStopped, this.card.technology, ACR122_PROFILE));
      }),
    );
  }
}
