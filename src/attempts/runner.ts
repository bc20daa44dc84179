import type { PresentedCard } from '../encoder/contract.ts';
import type { Encoders } from '../encoder/encoders.ts';
import { EncoderError } from '../encoder/errors.ts';
import type { Station } from '../encoder/station.ts';
import type { Logger } from '../log.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Card } from '../model/card.ts';
import type { AttemptEvent, Command, Step } from '../model/machine.ts';
import type { Site } from '../site/site.ts';
import { StorageError } from '../store/errors.ts';
import { commitEvent } from './commit.ts';
import { mustLeaveFirst, settleCard } from './settle.ts';

/** How long an attempt waits for an encoder that is away before it ends and says so. */
export const ENCODER_GRACE_MS = 8000;

/** How long after a failure of the disk it is tried again. */
const STORAGE_RETRY_MS = 1000;

/** What acting on a step brought: an event, or a card whose number was read and that is to be settled. */
type News = AttemptEvent | { readonly event: 'card_read'; readonly card: Card };

/** Runs attempts: decide, commit, act, and feed back what came of it. */
export class Runner implements AsyncDisposable {
  readonly #site: Site;
  readonly #encoders: Encoders;
  readonly #log: Logger;
  readonly #runs = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();

  constructor(site: Site, encoders: Encoders, log: Logger) {
    this.#site = site;
    this.#encoders = encoders;
    this.#log = log;
  }

  /** Takes an attempt up, for the first time or after a restart. One that is under way already goes on as it is. */
  start(attempt: Attempt): void {
    if (this.#runs.has(attempt.id)) return;
    const stop = new AbortController();
    const run = new Run(this.#site, this.#encoders.station(attempt.encoderId), this.#log, stop.signal);
    const done = run.toTheEnd(attempt.id).finally(() => this.#runs.delete(attempt.id));
    this.#runs.set(attempt.id, { stop, done });
  }

  /** Stops waiting for an attempt whose end is committed already. */
  stop(attemptId: string): void {
    this.#runs.get(attemptId)?.stop.abort(new Stopped());
  }

  /** Leaves every attempt as the store has it; the next start of the daemon takes them up. */
  async [Symbol.asyncDispose](): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const { stop } of runs) stop.abort(new Stopped());
    await Promise.all(runs.map(({ done }) => done));
  }
}

class Stopped extends Error {}

/** One attempt on its way. */
class Run {
  readonly #site: Site;
  readonly #station: Station;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  /** The card that this attempt will not take as it lies: it was lifted too soon, or must leave first. */
  #spent: PresentedCard | null = null;

  constructor(site: Site, station: Station, log: Logger, signal: AbortSignal) {
    this.#site = site;
    this.#station = station;
    this.#log = log;
    this.#signal = signal;
  }

  async toTheEnd(attemptId: string): Promise<void> {
    try {
      let step = await this.#committed(() =>
        commitEvent(this.#site, attemptId, { event: 'started', now: this.#now() }),
      );
      while (step.command !== 'end') {
        const { attempt, command } = step;
        const news = await this.#act(command, attempt);
        step = await this.#committed(() =>
          news.event === 'card_read'
            ? settleCard(this.#site, attempt, news.card)
            : commitEvent(this.#site, attemptId, news),
        );
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

  /** Commits, and tries again while the disk does not serve: what is not committed is not acted on, and not forgotten. */
  async #committed(commit: () => Step): Promise<Step> {
    for (;;) {
      try {
        return commit();
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        this.#log.error({ err: error }, 'an attempt cannot be committed, trying again');
        await this.#site.clock.until(this.#now() + STORAGE_RETRY_MS, this.#signal);
      }
    }
  }

  #act(command: Exclude<Command, 'end'>, attempt: Attempt): Promise<News> {
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
    }
  }

  async #read(attempt: Attempt): Promise<News> {
    const presented = this.#station.card;
    if (presented === null || attempt.phase !== 'reading' || presented.card.uid !== attempt.card.uid) {
      return { event: 'card_lost', now: this.#now() };
    }
    try {
      return { event: 'card_read', card: await presented.read(this.#signal) };
    } catch (error) {
      this.#signal.throwIfAborted();
      // Whether the card or the encoder left: this object is of no use any more, though it may still stand in the station.
      this.#spent = presented;
      return this.#newsOf(error, attempt);
    }
  }

  /** What an encoder's failure means for the attempt. Anything else is a bug, and is thrown on. */
  #newsOf(error: unknown, attempt: Attempt): News {
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
