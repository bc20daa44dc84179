import type { WriteJournal } from '../../card/program.ts';
import type { WriteProgress } from '../../model/card-record.ts';
import type { HostAnswer } from './messages.ts';

/** How long a call may take, and who hears how it gets on. */
export interface CallTerms {
  /** From the order to the answer; a call that is noted of: to the first note, from note to note, and to the answer. In milliseconds. */
  readonly limitMs: number;
  /** As a whole, in milliseconds; absent: as `limitMs` says. */
  readonly longestMs?: number;
  /** Present: the call changes a card. */
  readonly journal?: WriteJournal;
}

/** A call to a driver host that has no answer yet. */
export class PendingCall {
  /** Rejects with the error that the journal threw, once the host has answered: nobody can stop a write. */
  readonly answer: Promise<HostAnswer>;
  readonly #terms: CallTerms;
  readonly #deadline: NodeJS.Timeout;
  readonly #lastDeadline: NodeJS.Timeout | undefined;
  readonly #settle = Promise.withResolvers<HostAnswer>();
  #isDue = false;
  #journalFailure: { readonly error: unknown } | undefined;

  /** `onLate` is told which limit was missed. */
  constructor(terms: CallTerms, onLate: (limitMs: number) => void) {
    this.#terms = terms;
    this.answer = this.#settle.promise;
    const { limitMs, longestMs } = terms;
    this.#deadline = setTimeout(() => {
      this.#isDue = true;
      // When this process itself was held up, what the host said meanwhile is heard first.
      setImmediate(() => this.#isDue && onLate(limitMs));
    }, limitMs);
    this.#lastDeadline = longestMs === undefined ? undefined : setTimeout(onLate, longestMs, longestMs);
  }

  get changesCard(): boolean {
    return this.#terms.journal !== undefined;
  }

  note(progress: WriteProgress): void {
    this.#isDue = false;
    this.#deadline.refresh();
    if (this.#journalFailure !== undefined) return;
    try {
      this.#terms.journal?.note(progress);
    } catch (error) {
      this.#journalFailure = { error };
    }
  }

  resolve(answer: HostAnswer): void {
    if (this.#journalFailure === undefined) this.#settle.resolve(answer);
    else this.#settle.reject(this.#journalFailure.error);
  }

  reject(reason: unknown): void {
    this.#settle.reject(reason);
  }

  /** To be called when it is settled: no deadline is missed after. */
  end(): void {
    this.#isDue = false;
    clearTimeout(this.#deadline);
    clearTimeout(this.#lastDeadline);
  }
}
