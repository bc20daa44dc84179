import { setTimeout as delay } from 'node:timers/promises';
import { identify } from '../../src/card/identify.ts';
import type { CardLink } from '../../src/card/link.ts';
import { type ReaderProfile, readUid, storageCardLink } from '../../src/card/storage-card.ts';
import type { CardEncoder, PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTask } from '../../src/encoder/tap.ts';
import type { Card } from '../../src/model/card.ts';
import { FieldCard } from '../ports/field-card.ts';
import { unlessAborted } from '../ports/waiting.ts';
import { profileOf } from './profiles.ts';
import type { PcscReader } from './reader.ts';
import { fromScard } from './scard-errors.ts';

/** A card that only just comes near fails for a moment; after so many milliseconds whoever waits is told. */
const SETTLING_MS = 500;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** A PC/SC slot as an encoder: finds out what each card is as soon as it comes, so that it is known when somebody asks. */
export class PcscEncoder implements CardEncoder {
  readonly #reader: PcscReader;
  readonly #profile: ReaderProfile;
  readonly #note: (task: CardTask) => void;
  readonly #onClose: () => void;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<PcscCard>>();
  #card: PcscCard | undefined;
  /** Ends the attempts to identify what lies there now. */
  #identifying = new AbortController();

  /** `note` hears of work on a card that nobody outside asked for. */
  constructor(reader: PcscReader, note: (task: CardTask) => void, onClose: () => void) {
    this.#reader = reader;
    this.#profile = profileOf(reader.name);
    this.#note = note;
    this.#onClose = onClose;
    reader.onPresence(() => this.#presenceChanged());
    reader.gone.addEventListener('abort', () => this.#end(reader.gone.reason), { once: true });
    // Nothing is known of how that card came to lie there.
    this.#identify({ isDoubtful: true });
  }

  get gone(): AbortSignal {
    return this.#reader.gone;
  }

  async awaitCard(signal: AbortSignal): Promise<PcscCard> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<PcscCard>();
    this.#waiters.add(waiter);
    return unlessAborted(waiter.promise, signal).finally(() => this.#waiters.delete(waiter));
  }

  /** What pcscd holds of the slot: it says that the service answers, and what it last heard of the reader. */
  ping(signal: AbortSignal): Promise<PingAnswer> {
    return this.#reader.askStatus(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#closing.abort(closed);
    this.#reader.onPresence(undefined);
    this.#end(closed);
    await this.#reader.idle();
    this.#onClose();
  }

  /** An exchange found the card gone. pcscd tells nothing of a card that was away for less than its 400 ms. */
  #verify(card: PcscCard, reason: EncoderError): void {
    if (this.#card !== card) return;
    this.#dismiss(reason);
    this.#identify({ isDoubtful: true });
  }

  #presenceChanged(): void {
    this.#dismiss(new EncoderError('card_removed', 'the card has left the reader'));
    this.#identify({ isDoubtful: false });
  }

  #dismiss(reason: unknown): void {
    this.#identifying.abort();
    const card = this.#card;
    this.#card = undefined;
    card?.leave(reason);
  }

  #end(reason: unknown): void {
    this.#dismiss(reason);
    for (const waiter of this.#waiters) waiter.reject(reason);
  }

  /** Doubtful: what pcscd says of the card may be said of another one. */
  #identify(found: { readonly isDoubtful: boolean }): void {
    if (!this.#reader.presence.isPresent || this.gone.aborted || this.#closing.signal.aborted) return;
    this.#identifying = new AbortController();
    void this.#identifyUntil(this.#identifying.signal, found.isDoubtful);
  }

  /** Tries until the card is known or `signal` fires: a card lies there, whatever it says. */
  async #identifyUntil(signal: AbortSignal, isDoubtful: boolean): Promise<void> {
    const began = performance.now();
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
      try {
        // A card that had no ATR when pcscd looked came just then, or is not the one that lies there now.
        if (isDoubtful || this.#atr().length === 0) {
          this.#note({ work: 'refresh' });
          await this.#reader.refresh(signal);
        }
        const card = await this.#reader.exclusive((transmit) => {
          const atr = this.#atr();
          this.#note({ work: 'identify', atr, reader: this.#reader.name });
          return identify(transmit, atr, this.#profile);
        }, signal);
        if (!signal.aborted) this.#present(card);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = fromScard(error, 'find out what the card is');
        isDoubtful ||= failure.code === 'card_removed';
        this.#tellOfFailure(failure, performance.now() - began);
      }
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  #atr(): Uint8Array {
    const presence = this.#reader.presence;
    return presence.isPresent ? presence.atr : new Uint8Array(0);
  }

  #present(card: Card): void {
    const presented = new PcscCard(card, this.#reader, this.#profile, (reason) =>
      this.#verify(presented, reason),
    );
    this.#card = presented;
    for (const waiter of this.#waiters) waiter.resolve(presented);
  }

  #tellOfFailure(error: EncoderError, elapsedMs: number): void {
    const isSettling = elapsedMs < SETTLING_MS && error.code !== 'device_timeout';
    if (isSettling || error.code === 'card_removed') return;
    for (const waiter of this.#waiters) waiter.reject(error);
  }
}

/** A card that lies on a PC/SC reader. */
export class PcscCard extends FieldCard {
  readonly #reader: PcscReader;
  readonly #profile: ReaderProfile;
  readonly #onLost: (reason: EncoderError) => void;

  constructor(
    card: Card,
    reader: PcscReader,
    profile: ReaderProfile,
    onLost: (reason: EncoderError) => void,
  ) {
    super(card);
    this.#reader = reader;
    this.#profile = profile;
    this.#onLost = onLost;
  }

  protected override async hold<T>(work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.removed.throwIfAborted();
    try {
      return await this.#reader.exclusive(async (transmit) => {
        this.#requireSameCard(await readUid(transmit));
        return work(storageCardLink(transmit, this.card.technology, this.#profile));
      }, signal);
    } catch (error) {
      if (error instanceof EncoderError && error.code === 'card_removed') this.#onLost(error);
      throw error;
    }
  }

  #requireSameCard(uid: string): void {
    if (uid === this.card.uid) return;
    throw new EncoderError('card_removed', 'another card lies on the reader than the one that was presented');
  }
}
