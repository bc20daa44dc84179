import type { Encoders } from '../encoder/encoders.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Rehearsals } from './rehearsals.ts';
import { placeRehearsedCard } from './rehearse.ts';
import { Run, Stopped } from './run.ts';
import type { RunParts } from './run-parts.ts';

/** Runs attempts: decide, commit, act, and feed back what came of it. */
export class Runner implements AsyncDisposable {
  readonly #parts: RunParts;
  readonly #encoders: Encoders;
  readonly #rehearsals: Rehearsals;
  readonly #runs = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();

  constructor(encoders: Encoders, rehearsals: Rehearsals, parts: RunParts) {
    this.#encoders = encoders;
    this.#rehearsals = rehearsals;
    this.#parts = parts;
  }

  /** Takes an attempt up, for the first time or after a restart. One that is under way already goes on as it is. */
  start(attempt: Attempt): void {
    if (this.#runs.has(attempt.id)) return;
    const stop = new AbortController();
    const done = this.#run(attempt, stop.signal).finally(() => this.#runs.delete(attempt.id));
    this.#runs.set(attempt.id, { stop, done });
  }

  async #run(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const station = this.#encoders.station(attempt.encoderId);
    const rehearsal = this.#rehearsals.take(attempt);
    await using _card =
      rehearsal?.ending === 'success' ? await placeRehearsedCard(this.#parts, station, attempt) : null;
    await new Run(this.#parts, station, signal).toTheEnd(attempt.id, rehearsal);
  }

  /** Stops waiting for an attempt whose end is committed already. */
  stop(attemptId: string): void {
    this.#runs.get(attemptId)?.stop.abort(new Stopped());
  }

  /** Lets writes on cards end, and leaves every other attempt as the store has it; the next start of the daemon takes them up. */
  async [Symbol.asyncDispose](): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const { stop } of runs) stop.abort(new Stopped());
    await Promise.all(runs.map(({ done }) => done));
  }
}
