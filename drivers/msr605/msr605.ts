import { EncoderError } from '../../src/encoder/errors.ts';
import type { ByteLine } from '../ports/contract.ts';
import { Lane } from '../ports/lane.ts';
import { settledWithin, unlessAborted } from '../ports/waiting.ts';
import type { AnswerKind, Answers, ReadAnswer } from './codec/answer.ts';
import { AnswerReader } from './codec/answer-reader.ts';
import { type OfTracks, writeRaw } from './codec/block.ts';
import { COMMUNICATION_TEST, END_AND_RESET, READ_RAW, RESET } from './codec/command.ts';
import type { Status } from './codec/status.ts';
import type { Msr605Pace } from './pace.ts';

/** How a device is brought to rest, and how often it is asked after each of them whether it is there. */
const RESETS = [RESET, END_AND_RESET];
const TESTS = 2;

/** An answer that comes while a card is awaited, to its kind. */
type SwipeKind = 'status' | 'iso_block' | 'raw_block';

/**
 * The protocol of the MSR605 over a line: one exchange at a time, each with its end. All calls reject with `device_lost` once the line has gone.
 * A device that cannot be brought to answer is given up: the line goes too.
 */
export class Msr605 {
  readonly #line: ByteLine;
  readonly #pace: Msr605Pace;
  readonly #lane = new Lane();
  #hear: ((bytes: Uint8Array) => void) | undefined;

  constructor(line: ByteLine, pace: Msr605Pace) {
    this.#line = line;
    this.#pace = pace;
    line.onBytes = (bytes) => {
      this.#hear?.(bytes);
      // It may have been a payment card: what is kept of it is the reader's affair.
      bytes.fill(0);
    };
  }

  get gone(): AbortSignal {
    return this.#line.gone;
  }

  /** Sends a command that has no answer. */
  tell(command: Uint8Array): Promise<void> {
    return this.#lane.run(() => this.#line.write(command));
  }

  /** Sends a command that is answered without a card. Rejects with `device_timeout`; an answer that comes later is not taken for another one's. */
  ask<Kind extends AnswerKind>(command: Uint8Array, kind: Kind): Promise<Answers[Kind]> {
    return this.#lane.run(() => this.#ask(command, kind));
  }

  /** As `ask`, and says how many milliseconds the answer took once the device was free. Nothing is sent any more once `signal` fires. */
  timed<Kind extends AnswerKind>(
    command: Uint8Array,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answers[Kind]; readonly tookMs: number }> {
    return this.#lane.run(async () => {
      signal.throwIfAborted();
      const began = performance.now();
      const answer = await this.#ask(command, kind);
      return { answer, tookMs: performance.now() - began };
    });
  }

  /**
   * Sends a command that is answered when a card was swiped, and waits for that until `signal` fires; then it rejects with the signal's reason, and the
   * device is disarmed for certain. A card that went through just then counts: then it resolves all the same. Rejects with `device_protocol` when something came that
   * was no answer: then nobody knows what became of the card, and the device is disarmed too.
   */
  awaitSwipe<Kind extends SwipeKind>(
    command: Uint8Array,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<Answers[Kind]> {
    return this.#lane.run(() => this.#awaitSwipe(command, kind, signal));
  }

  /** The bits of the card that is swiped next (iso7811.ts, `fromRawRead`). Rejects as `awaitSwipe`. */
  readRaw(signal: AbortSignal): Promise<ReadAnswer> {
    return this.awaitSwipe(READ_RAW, 'raw_block', signal);
  }

  /** Writes bits on the card that is swiped next (`toRawWrite`). Rejects as `awaitSwipe`. */
  writeRaw(raw: OfTracks<Uint8Array>, signal: AbortSignal): Promise<Status> {
    return this.awaitSwipe(writeRaw(raw), 'status', signal);
  }

  /** Ends whatever the device waits for. Resolves once it has answered that it is idle; false: it does not answer. */
  resync(): Promise<boolean> {
    return this.#lane.run(() => this.#resync(undefined));
  }

  /** Resolves when every exchange asked for so far has ended. */
  idle(): Promise<void> {
    return this.#lane.idle();
  }

  async #ask<Kind extends AnswerKind>(command: Uint8Array, kind: Kind): Promise<Answers[Kind]> {
    const reader = new AnswerReader(kind);
    const heard = this.#listen(reader);
    await this.#line.write(command);
    await settledWithin(this.#pace.answerMs, unlessAborted(heard.promise, this.gone));
    heard.end();
    this.gone.throwIfAborted();
    if (reader.answer !== undefined) return reader.answer;
    await this.#disarm(undefined);
    throw new EncoderError(
      'device_timeout',
      `no answer of the kind ${kind} within ${this.#pace.answerMs} ms`,
    );
  }

  async #awaitSwipe<Kind extends SwipeKind>(
    command: Uint8Array,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<Answers[Kind]> {
    signal.throwIfAborted();
    const reader = new AnswerReader(kind);
    const heard = this.#listen(reader, this.#pace.stallMs);
    await this.#line.write(command);
    try {
      await unlessAborted(heard.promise, signal, this.gone);
    } catch (reason) {
      await this.#disarm(reader);
      if (reader.answer === undefined) throw reason;
      return reader.answer;
    } finally {
      heard.end();
    }
    if (reader.answer !== undefined) return reader.answer;
    await this.#disarm(reader);
    if (reader.answer !== undefined) return reader.answer;
    throw new EncoderError('device_protocol', 'the encoder said something that is no answer to a swipe');
  }

  /** Resolves when the answer is whole, or nothing has come for `stallMs` after a part of it, or after noise. */
  #listen(reader: AnswerReader<AnswerKind>, stallMs?: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    let stall: NodeJS.Timeout | undefined;
    this.#hear = (bytes) => {
      reader.push(bytes);
      clearTimeout(stall);
      if (reader.answer !== undefined) resolve();
      else if (stallMs !== undefined) stall = setTimeout(resolve, stallMs);
    };
    const end = () => {
      clearTimeout(stall);
      this.#hear = undefined;
    };
    return { promise, end };
  }

  /** As `#resync`, and gives the device up when it does not answer: nobody knows then whether it is armed. */
  async #disarm(reader: AnswerReader<AnswerKind> | undefined): Promise<void> {
    if (await this.#resync(reader)) return;
    const message = `the encoder does not answer a reset: take it off its power and back`;
    this.#line.lose(new EncoderError('device_timeout', message));
    throw this.gone.reason;
  }

  /** Resets, lets what is on its way come in, which `reader` still gets, and asks whether the device is there. */
  async #resync(reader: AnswerReader<AnswerKind> | undefined): Promise<boolean> {
    const test = new AnswerReader('communication_test');
    let isTested = false;
    const arrivals = new Arrivals(this.gone);
    this.#hear = (bytes) => {
      reader?.push(bytes);
      if (isTested) test.push(bytes);
      arrivals.tell();
    };
    try {
      for (const reset of RESETS) {
        await this.#line.write(reset);
        await this.#quiet(arrivals);
        isTested = true;
        for (let tries = 0; tries < TESTS && test.answer === undefined; tries++) {
          await this.#line.write(COMMUNICATION_TEST);
          await arrivals.until(() => test.answer !== undefined, this.#pace.testMs);
          // Tests that were answered late have answers that are still to come.
          if (tries > 0) await this.#quiet(arrivals);
        }
        if (test.answer !== undefined) break;
      }
      return test.answer === true;
    } finally {
      this.#hear = undefined;
    }
  }

  /** Resolves when nothing has come for a while; a device that does not stop is not waited for. */
  async #quiet(arrivals: Arrivals): Promise<void> {
    const { quietMs, testMs } = this.#pace;
    const until = performance.now() + testMs;
    while (performance.now() < until && (await arrivals.next(quietMs)));
  }
}

/** Tells that bytes have come. */
class Arrivals {
  readonly #gone: AbortSignal;
  #next = Promise.withResolvers<void>();

  constructor(gone: AbortSignal) {
    this.#gone = gone;
  }

  tell(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves when bytes that come make it so, or after so many milliseconds. Rejects once the line has gone. */
  async until(isSo: () => boolean, ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; !isSo() && left > 0; left = end - performance.now()) await this.next(left);
  }

  /** Whether more bytes come within so many milliseconds. Rejects once the line has gone. */
  async next(ms: number): Promise<boolean> {
    const before = this.#next;
    await settledWithin(ms, unlessAborted(before.promise, this.#gone));
    this.#gone.throwIfAborted();
    return before !== this.#next;
  }
}
