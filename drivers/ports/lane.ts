/** Runs work one after the other, in the order in which it was handed in. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does, once everything before it has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when everything handed in so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
