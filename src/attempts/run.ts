import type { PresentedCard } from '../encoder/contract.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { Station } from '../encoder/station.ts';
import type { Logger } from '../log.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Card } from '../model/card.ts';
import type { AttemptEvent, Command, Step } from '../model/machine.ts';
import type { Site } from '../site/site.ts';
import { SiteKeysError } from '../site-keys/errors.ts';
import { StorageError } from '../store/errors.ts';
import { commitEvent } from './commit.ts';
import type { Rehearsal } from './rehearsals.ts';
import { beginRehearsed } from './rehearse.ts';
import type { RunParts } from './run-parts.ts';
import {
  mustLeaveFirst,
  needsContents,
  needsMending,
  planToMend,
  type ReadCard,
  settleCard,
  settleUnwritten,
  settleWritten,
} from './settle.ts';
import { CardWriting, type WriteEnd } from './writing.ts';

/** How long an attempt waits for an encoder that is away before it ends and says so. */
export const ENCODER_GRACE_MS = 8000;

/** How long an attempt waits for a card that was lifted in the middle of a write before it ends and says so; whoever puts the card back later repairs it. */
export const CARD_GRACE_MS = 8000;

/** How long after a failure of the disk it is tried again. */
const STORAGE_RETRY_MS = 1000;

/** The daemon stops, or the attempt was ended by somebody else. */
export class Stopped extends Error {}

/** What acting on a step brought. */
type News =
  | AttemptEvent
  | ({ readonly event: 'card_read' } & ReadCard)
  | { readonly event: 'mending_needed'; readonly card: Card }
  | WriteEnd;

/** One attempt on its way. */
export class Run {
  readonly #site: Site;
  readonly #parts: RunParts;
  readonly #station: Station;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #writing: CardWriting;
  /** The card that this attempt will not take as it lies: it was lifted too soon, or must leave first. */
  #spent: PresentedCard | null = null;
  /** Whether earlier writes that did not end are ended first. */
  #mends = true;

  constructor(parts: RunParts, station: Station, signal: AbortSignal) {
    this.#parts = parts;
    this.#site = parts.site;
    this.#station = station;
    this.#log = parts.log;
    this.#signal = signal;
    this.#writing = new CardWriting(parts, signal);
  }

  /** `rehearsal`: how somebody wants a new attempt on a virtual encoder to end. */
  async toTheEnd(attemptId: string, rehearsal: Rehearsal | null): Promise<void> {
    try {
      let step = await this.#onDisk(() =>
        rehearsal === null
          ? commitEvent(this.#site, attemptId, { event: 'started', now: this.#now() })
          : beginRehearsed(this.#site, attemptId, rehearsal),
      );
      while (step.command !== 'end') {
        const { attempt, command } = step;
        const news = await this.#onDisk(() => this.#act(command, attempt));
        step = await this.#onDisk(() => this.#commit(attempt, news));
        this.#log.debug(
          { attempt: attemptId, event: news.event, phase: step.attempt.phase },
          'attempt advanced',
        );
      }
      this.#station.cue(step.attempt.phase === 'succeeded' ? 'success' : 'failure');
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  #commit(attempt: Attempt, news: News): Step {
    switch (news.event) {
      case 'card_read':
        return settleCard(this.#site, attempt, news);
      case 'mending_needed':
        return planToMend(this.#site, attempt, news.card);
      case 'image_verified':
        return settleWritten(this.#site, attempt, news.wasInterrupted);
      case 'nothing_written':
        return settleUnwritten(this.#site, attempt, news.meaning);
      default:
        return commitEvent(this.#site, attempt.id, news);
    }
  }

  /** Tries again while the disk does not serve: what is not committed is not acted on, and not forgotten. */
  async #onDisk<T>(work: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        this.#log.error({ err: error }, 'the disk does not serve an attempt, trying again');
        await this.#site.clock.until(this.#now() + STORAGE_RETRY_MS, this.#signal);
      }
    }
  }

  async #act(command: Exclude<Command, 'end'>, attempt: Attempt): Promise<News> {
    switch (command) {
      case 'await_card':
        return this.#whileWaiting(attempt, async (signal) => {
          const { card } = await this.#station.awaitCard(signal, this.#spent);
          return { event: 'card_presented', card, mustLeaveFirst: mustLeaveFirst(this.#site, attempt, card) };
        });
      case 'await_departure':
        this.#spent = this.#station.card;
        return this.#whileWaiting(attempt, async (signal) => {
          if (this.#spent !== null) await this.#station.awaitDeparture(this.#spent, signal);
          return { event: 'card_left', now: this.#now() };
        });
      case 'await_encoder':
        return this.#before(
          Math.min(this.#now() + ENCODER_GRACE_MS, attempt.expiresAt),
          { event: 'work_failed', reason: 'encoder_offline', detail: null },
          async (signal) => {
            await this.#station.awaitDevice(signal);
            return { event: 'encoder_back' };
          },
        );
      case 'read_card':
        return this.#read(attempt);
      case 'write_card':
        return this.#write(attempt);
      case 'await_same_card':
        return this.#before(
          this.#now() + CARD_GRACE_MS,
          { event: 'work_failed', reason: 'encoding_interrupted', detail: null },
          (signal) => this.#sameCard(attempt, signal),
        );
      case 'carry_on':
        throw new Error('only a write carries on');
    }
  }

  async #read(attempt: Attempt): Promise<News> {
    const presented = this.#station.card;
    if (presented === null || attempt.phase !== 'reading' || presented.card.uid !== attempt.card.uid) {
      return { event: 'card_lost', now: this.#now() };
    }
    try {
      if (this.#mends && needsMending(this.#site, attempt, presented.card)) {
        return { event: 'mending_needed', card: presented.card };
      }
      if (!needsContents(attempt.order, presented.card)) {
        return { event: 'card_read', card: await presented.read(this.#signal), contents: null };
      }
      const contents = await presented.inspect(this.#parts.cardSite(), this.#signal);
      return { event: 'card_read', card: presented.card, contents };
    } catch (error) {
      this.#signal.throwIfAborted();
      // Whether the card or the encoder left: this object is of no use any more, though it may still stand in the station.
      this.#spent = presented;
      return this.#newsOf(error, attempt);
    }
  }

  async #write(attempt: Attempt): Promise<News> {
    if (attempt.phase !== 'writing' && attempt.phase !== 'verifying') {
      throw new Error(`the attempt ${attempt.id} does not write`);
    }
    const presented = this.#station.card;
    const end = await this.#writing.write(attempt, presented);
    // A card that refuses is still there, and is taken as it is.
    if (end.event === 'mending_given_up') this.#mends = false;
    else if (end.event !== 'image_verified') this.#spent = presented;
    return end;
  }

  /** Resolves when the card that was lifted lies there again; other cards, and an encoder that is away, are waited out. */
  async #sameCard(attempt: Attempt, signal: AbortSignal): Promise<News> {
    for (;;) {
      try {
        await this.#station.awaitDevice(signal);
        const presented = await this.#station.awaitCard(signal, this.#spent);
        const { card } = presented;
        if ('card' in attempt && card.uid === attempt.card.uid) {
          return { event: 'card_presented', card, mustLeaveFirst: false };
        }
        this.#spent = presented;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EncoderError)) throw error;
      }
    }
  }

  /** What an encoder's failure means for the attempt. Anything else is a bug, and is thrown on. */
  #newsOf(error: unknown, attempt: Attempt): News {
    if (error instanceof SiteKeysError) {
      return { event: 'work_failed', reason: 'site_keys_unavailable', detail: error.message };
    }
    if (!(error instanceof EncoderError)) throw error;
    this.#log.warn({ attempt: attempt.id, code: error.code, err: error }, 'the encoder failed');
    switch (error.code) {
      case 'card_removed':
        return { event: 'card_lost', now: this.#now() };
      case 'device_lost':
        return { event: 'encoder_lost', now: this.#now() };
      default:
        return { event: 'work_failed', reason: error.code, detail: error.message };
    }
  }

  #whileWaiting(attempt: Attempt, wait: (signal: AbortSignal) => Promise<News>): Promise<News> {
    return this.#before(attempt.expiresAt, { event: 'time_ran_out' }, async (signal) => {
      try {
        return await wait(signal);
      } catch (error) {
        signal.throwIfAborted();
        return this.#newsOf(error, attempt);
      }
    });
  }

  /** What `wait` brings, or `late` when the time has come first. */
  async #before(atMs: number, late: News, wait: (signal: AbortSignal) => Promise<News>): Promise<News> {
    const decided = new AbortController();
    const signal = AbortSignal.any([this.#signal, decided.signal]);
    try {
      return await Promise.race([wait(signal), this.#site.clock.until(atMs, signal).then(() => late)]);
    } finally {
      decided.abort(new Stopped());
    }
  }

  #now(): number {
    return this.#site.clock.now();
  }
}
