import type { CardLink } from '../../src/card/link.ts';
import type { CardEncoder, Cue, DriverLog, PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { Lane } from '../ports/lane.ts';
import { pause, unlessAborted } from '../ports/waiting.ts';
import type { WiegandSettings } from '../ports/wiegand-options.ts';
import { linkFor } from './card-link.ts';
import { CardSession, cardLeft, otherCard } from './card-session.ts';
import { type FoundTag, isSameTag } from './codec/found-tag.ts';
import { identifyTag } from './identify-tag.ts';
import { Twn4Card } from './presented-card.ts';
import type { Twn4Reader } from './reader.ts';
import { giveCue, LIGHT_MS, lightsOff } from './signals.ts';

/** Between two looks for a card. */
const POLL_MS = 150;
/** A card that is at the edge of the field is missed now and then: so many looks in a row must miss it. */
const MISSES = 2;
/** A card that only just comes near fails for a moment; after so many milliseconds whoever waits is told. */
const SETTLING_MS = 500;

/** An open TWN4: looks for a card while nobody works with one. */
export class Twn4Encoder implements CardEncoder {
  readonly #reader: Twn4Reader;
  readonly #wiegand: WiegandSettings;
  readonly #log: DriverLog;
  readonly #lane = new Lane();
  readonly #closing = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<Twn4Card>>();
  readonly #polling: Promise<void>;
  #card: Twn4Card | undefined;
  #misses = 0;
  /** The tag that cannot be told, and since when. */
  #unknown: { readonly tag: FoundTag; readonly sinceMs: number } | undefined;
  #light: NodeJS.Timeout | undefined;
  #lookNow = new AbortController();

  constructor(reader: Twn4Reader, wiegand: WiegandSettings, log: DriverLog) {
    this.#reader = reader;
    this.#wiegand = wiegand;
    this.#log = log;
    reader.gone.addEventListener('abort', () => this.#end(reader.gone.reason), {
      once: true,
      signal: this.#closing.signal,
    });
    this.#polling = this.#poll();
  }

  get gone(): AbortSignal {
    return this.#reader.gone;
  }

  async awaitCard(signal: AbortSignal): Promise<Twn4Card> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<Twn4Card>();
    this.#waiters.add(waiter);
    return unlessAborted(waiter.promise, signal).finally(() => this.#waiters.delete(waiter));
  }

  cue(cue: Cue): void {
    const cued = this.#inLane(async () => {
      await giveCue(this.#reader, cue);
      clearTimeout(this.#light);
      this.#light = setTimeout(() => void this.#inLane(() => lightsOff(this.#reader)), LIGHT_MS);
      this.#light.unref();
    });
    void cued;
  }

  /** GetVersionString. */
  ping(signal: AbortSignal): Promise<PingAnswer> {
    const asked = this.#lane.run(async () => {
      signal.throwIfAborted();
      const began = performance.now();
      const said = await this.#reader.versionText();
      return { asked: 'GetVersionString', said, tookMs: performance.now() - began };
    });
    return unlessAborted(asked, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#closing.abort(closed);
    this.#end(closed);
    await this.#lane.idle();
    await this.#polling;
    clearTimeout(this.#light);
  }

  /** Holds the card for `work` alone, after it was found again. */
  use<T>(card: Twn4Card, work: (link: CardLink) => Promise<T>, signal: AbortSignal): Promise<T> {
    const result = this.#lane.run(async () => {
      card.removed.throwIfAborted();
      const session = new CardSession(this.#reader, card.tag, signal);
      try {
        await session.exchange(() => this.#findAgain(card));
        return await work(linkFor(card.card.technology, session));
      } finally {
        session.close();
      }
    });
    return unlessAborted(result, signal).catch((error: unknown) => {
      if (error instanceof EncoderError && error.code === 'card_removed') {
        this.#lose(card, error);
        this.#lookNow.abort();
      }
      throw error;
    });
  }

  /** Light and sound are best effort. */
  #inLane(work: () => Promise<void>): Promise<void> {
    return this.#lane.run(work).catch((error: unknown) => {
      if (!this.gone.aborted) this.#log.debug({ error }, 'a TWN4 gave no sign to the person');
    });
  }

  async #findAgain(card: Twn4Card): Promise<void> {
    const tag = await this.#look(card);
    if (tag === undefined) throw cardLeft();
    if (!isSameTag(tag, card.tag)) throw otherCard();
  }

  /**
   * The tag that lies there. Of a card that speaks ISO/IEC 14443-4 the reader can tell that it has not left, without selecting it again: a number that is drawn
   * anew for each selection then stays.
   */
  async #look(card: Twn4Card | undefined): Promise<FoundTag | undefined> {
    if (card?.speaksPart4 && (await this.#isStillSelected())) return card.tag;
    return this.#reader.searchTag();
  }

  async #isStillSelected(): Promise<boolean> {
    try {
      return await this.#reader.checkPresence();
    } catch (error) {
      // A reader with a LEGIC chip has no such function.
      if (error instanceof EncoderError && error.code === 'card_unsupported') return false;
      throw error;
    }
  }

  async #poll(): Promise<void> {
    const signals = [this.#closing.signal, this.gone];
    while (signals.every(({ aborted }) => !aborted)) {
      this.#lookNow = new AbortController();
      await this.#lane
        .run(async () => {
          if (!this.#closing.signal.aborted) await this.#lookAround();
        })
        .catch((error: unknown) => {
          if (!this.gone.aborted) this.#log.debug({ error }, 'a look for a card failed');
        });
      await pause(POLL_MS, ...signals, this.#lookNow.signal);
    }
  }

  async #lookAround(): Promise<void> {
    const card = this.#card;
    const tag = await this.#look(card);
    if (tag === undefined) {
      this.#misses += 1;
      this.#unknown = undefined;
      if (card !== undefined && this.#misses >= MISSES) this.#lose(card, cardLeft());
      return;
    }
    this.#misses = 0;
    if (card !== undefined && isSameTag(tag, card.tag)) return;
    if (card !== undefined) this.#lose(card, otherCard());
    await this.#identify(tag);
  }

  async #identify(tag: FoundTag): Promise<void> {
    const session = new CardSession(this.#reader, tag, this.#closing.signal);
    try {
      const card = new Twn4Card(await identifyTag(tag, session, this.#wiegand), tag, this);
      if (this.#closing.signal.aborted || this.gone.aborted) return;
      this.#unknown = undefined;
      this.#card = card;
      for (const waiter of this.#waiters) waiter.resolve(card);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#tellOfFailure(error, tag);
    } finally {
      session.close();
    }
  }

  #tellOfFailure(error: unknown, tag: FoundTag): void {
    if (error instanceof EncoderError && (error.code === 'card_removed' || error.code === 'device_lost'))
      return;
    const now = performance.now();
    if (this.#unknown === undefined || !isSameTag(this.#unknown.tag, tag)) {
      this.#unknown = { tag, sinceMs: now };
    }
    if (now - this.#unknown.sinceMs < SETTLING_MS) return;
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #lose(card: Twn4Card, reason: unknown): void {
    if (this.#card === card) this.#card = undefined;
    card.leave(reason);
  }

  #end(reason: unknown): void {
    if (this.#card !== undefined) this.#lose(this.#card, reason);
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
