import { StorageError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';

/** Something to be committed: `run` does it within a transaction and returns how to say so once that is on the disk. */
interface Entry {
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits together what several deliveries have to note in the same moment: each commit waits for the disk, and one is enough for all of
 * them. Work that throws undoes only its own.
 */
export class GroupCommit {
  readonly #store: Pick<Store, 'transaction'>;
  #entries: Entry[] = [];

  constructor(store: Pick<Store, 'transaction'>) {
    this.#store = store;
  }

  /** Resolves with what `work` returned once it is on the disk; rejects with what it throws, or the disk. */
  run<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = () => {
      const value = this.#store.transaction(work);
      return () => resolve(value);
    };
    this.#entries.push({ run, fail: reject });
    if (this.#entries.length === 1) setImmediate(() => this.#commit());
    return promise;
  }

  #commit(): void {
    const entries = this.#entries;
    this.#entries = [];
    const answers: (() => void)[] = [];
    try {
      this.#store.transaction(() => {
        for (const { run, fail } of entries) {
          try {
            answers.push(run());
          } catch (error) {
            // A disk that does not serve ends the whole transaction.
            if (error instanceof StorageError) throw error;
            answers.push(() => fail(error));
          }
        }
      });
    } catch (error) {
      for (const { fail } of entries) fail(error);
      return;
    }
    for (const answer of answers) answer();
  }
}
