import type { WriteProgress } from '../../model/card-record.ts';
import type { WriteJournal } from '../program.ts';

/** Counts the steps of one write for its journal: commands that change the card, then checks. */
export class WriteSteps {
  readonly #journal: WriteJournal;
  readonly #total: number;
  #done = 0;
  #phase: WriteProgress['phase'] | undefined;

  /** `total`: how many changes and checks there will be. */
  constructor(journal: WriteJournal, total: number) {
    this.#journal = journal;
    this.#total = total;
  }

  /** A command that changes the card. The first one is announced before it goes out. */
  change<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#step('writing', act);
  }

  /** A reading that must find the card as it was written. */
  check<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#step('verifying', act);
  }

  async #step<Result>(phase: WriteProgress['phase'], act: () => Promise<Result>): Promise<Result> {
    if (this.#phase !== phase) this.#note(phase);
    const result = await act();
    this.#done += 1;
    this.#note(phase);
    return result;
  }

  #note(phase: WriteProgress['phase']): void {
    this.#phase = phase;
    this.#journal.note({ phase, done: this.#done, total: this.#total });
  }
}
