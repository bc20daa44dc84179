import { CommandError } from '../terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A test was ended from outside before its end. */
export class Interrupted extends CommandError {}

/** Notices that somebody ends the command, by a signal or by no longer reading what it says, so that the desk is tidied up first. A second signal ends it at once. */
export class Interruption implements Disposable {
  readonly #ended = Promise.withResolvers<never>();

  constructor() {
    this.#ended.promise.catch(() => {});
    for (const signal of SIGNALS) process.once(signal, this.#onSignal);
    // It stays: what is said later has no reader either, and is no reason to fail.
    process.stdout.on('error', () => this.#end('nobody reads what it says'));
  }

  /** As `work` ends, or rejects with Interrupted as soon as the command is to end. */
  orEnd<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#ended.promise, work]);
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals) => this.#end(signal);

  #end(why: string): void {
    this.#ended.reject(new Interrupted(`The test was ended before its end (${why}).`));
  }
}
