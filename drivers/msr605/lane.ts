import { setImmediate as nextTurn } from 'node:timers/promises';

/** Runs work one after the other, in the order in which it was handed in. Who waits for a piece of work hears of its end before the next one begins. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does, once everything before it has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {}).then(() => nextTurn());
    return result;
  }

  /** Resolves when everything handed in so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
