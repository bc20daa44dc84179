import type { WriteProgress } from '../../model/card-record.ts';
import type { WriteJournal } from '../program.ts';

/** Counts the steps of a write for its journal. */
export class Progress {
  readonly #journal: WriteJournal;
  #total: number;
  #done = 0;
  #hasBegun = false;

  /** `total` counts writes and blocks that are read back. */
  constructor(journal: WriteJournal, total: number) {
    this.#journal = journal;
    this.#total = total;
  }

  /** Notes the beginning, once: right before the first command that changes the card. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#journal.note({ phase: 'writing', done: 0, total: this.#total });
  }

  /** Notes one more step. */
  advance(phase: WriteProgress['phase']): void {
    this.#done += 1;
    this.#journal.note({ phase, done: this.#done, total: this.#total });
  }

  /** More has to be done than was thought. */
  extend(steps: number): void {
    this.#total += steps;
  }
}
