import type { CommandName } from '../encoder/tap.ts';
import { type LineExchange, type LineStep, saidIn, sameBytes } from './line-script.ts';
import { answeredAnew, areLineTests } from './line-test.ts';
import { DifferenceFound, shown } from './outcome.ts';

/** An idle exchange that repeats so often does not lead to those that stand next in the capture. */
const MOST_REPEATS = 4;

/** A device that says to each message of the driver what it said then, when it said it; and sees whether the messages are those of then. */
export class ScriptedDevice {
  /** Rejects with the first difference; resolves when everything was said. */
  readonly ended: Promise<void>;
  compared = 0;
  readonly #steps: readonly LineStep[];
  readonly #send: (bytes: Uint8Array) => void;
  readonly #onWork: (step: Extract<LineStep, { kind: 'work' }>) => void;
  readonly #end = Promise.withResolvers<void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Idle exchanges that were: the driver may repeat them. */
  readonly #idle: LineExchange[] = [];
  #patience: NodeJS.Timeout;
  #at = 0;
  #isOver = false;
  /** In a row. */
  #repeats = 0;

  /** `onWork` hears when the next piece of work is to be done. */
  constructor(
    steps: readonly LineStep[],
    patienceMs: number,
    send: (bytes: Uint8Array) => void,
    onWork: (step: Extract<LineStep, { kind: 'work' }>) => void,
  ) {
    this.#steps = steps;
    this.#send = send;
    this.#onWork = onWork;
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
    this.#patience = setTimeout(() => this.#stall(), patienceMs);
    this.#pass();
  }

  /** The driver sends a message. */
  hear(message: Uint8Array, named: CommandName | undefined): void {
    if (this.#isOver) return;
    const found = this.#find(message);
    if (found === null) {
      const next = this.#nextExchange();
      const sent = `${named?.name ?? 'no command'}: ${shown(message, next?.out)}`;
      const captured = next === null ? null : `${next.command ?? 'no command'}: ${shown(next.out, message)}`;
      this.#finish(new DifferenceFound({ line: next?.line ?? null, captured, sent }));
      return;
    }
    this.compared += 1;
    this.#answer(found, message);
  }

  /** Nothing is said any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#patience);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** The exchange that this message is the beginning of, which then is done; an idle one that was before; null. */
  #find(message: Uint8Array): LineExchange | null {
    for (let at = this.#at; at < this.#steps.length; at++) {
      const step = this.#steps[at];
      if (step?.kind === 'work') break;
      if (step?.kind !== 'exchange') continue;
      if (sameBytes(step.out, message) || areLineTests(step.out, message)) {
        this.#at = at + 1;
        this.#repeats = 0;
        if (step.isIdle) this.#idle.push(step);
        this.#patience.refresh();
        // What is next may be work, which is not waited for by the answer.
        setImmediate(() => this.#pass());
        return step;
      }
      if (!step.isIdle) break;
    }
    return this.#repeated(message);
  }

  /** The driver says again what it says while nothing happens. One that has nothing else to say gets on to the work that comes behind idle exchanges. */
  #repeated(message: Uint8Array): LineExchange | null {
    const idle = this.#idle.findLast((one) => sameBytes(one.out, message));
    if (idle === undefined) return null;
    this.#repeats += 1;
    if (this.#repeats < MOST_REPEATS) return idle;
    this.#repeats = 0;
    const next = this.#steps.findIndex(
      (step, at) => at >= this.#at && !(step.kind === 'exchange' && step.isIdle),
    );
    if (this.#steps[next]?.kind !== 'work') return idle;
    this.#at = next;
    setImmediate(() => this.#pass());
    return idle;
  }

  #answer(exchange: LineExchange, message: Uint8Array): void {
    if (areLineTests(exchange.out, message)) {
      this.#send(answeredAnew(saidIn(exchange), exchange.out, message));
      return;
    }
    for (const { afterMs, bytes } of exchange.answers) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#send(bytes);
      }, afterMs);
      this.#timers.add(timer);
    }
  }

  /** Goes past what the driver has no part in, and begins work. */
  #pass(): void {
    while (!this.#isOver) {
      const step = this.#steps[this.#at];
      if (step === undefined || this.#nextExchange() === null) {
        this.#finish(null);
        return;
      }
      if (step.kind === 'exchange') return;
      this.#at += 1;
      if (step.kind === 'work') this.#onWork(step);
    }
  }

  /** The next exchange that must be: idle ones need not. */
  #nextExchange(): LineExchange | null {
    for (const step of this.#steps.slice(this.#at)) if (step.kind === 'exchange' && !step.isIdle) return step;
    return null;
  }

  #stall(): void {
    const next = this.#nextExchange();
    if (next === null) this.#finish(null);
    else {
      const captured = `${next.command ?? 'no command'}: ${shown(next.out)}`;
      this.#finish(new DifferenceFound({ line: next.line, captured, sent: null }));
    }
  }

  #finish(difference: DifferenceFound | null): void {
    if (this.#isOver) return;
    this[Symbol.dispose]();
    if (difference === null) this.#end.resolve();
    else this.#end.reject(difference);
  }
}
