import type { ByteLine } from '../ports/contract.ts';
import { pause, unlessAborted } from '../ports/waiting.ts';
import type { FrameReader, Incoming } from './codec/frame-reader.ts';
import type { Framing } from './codec/framing.ts';
import { Deadline } from './deadline.ts';

/** Between two bytes of one message: 9600 baud and a busy host take some milliseconds. */
const PAUSE_MS = 50;
/** How much longer an answer has whose beginning has come. */
const SLOW_ANSWER_MS = 500;
/** How long after nonsense the answer may come still: it was noise before it, or the answer itself. */
const SPOILED_ANSWER_MS = 300;

interface Waiting {
  readonly deadline: Deadline;
  /** Whether that was what is waited for. */
  take(message: Uint8Array): boolean;
}

/** Messages over a line, in one mode of the simple protocol. Whoever uses it asks one thing at a time. */
export class MessageLine {
  readonly #line: ByteLine;
  #framing: Framing;
  #reader: FrameReader;
  #waiting: Waiting | undefined;
  /** Until what came of a message counts as all that will come. */
  #pause: NodeJS.Timeout | undefined;
  #lastByteMs = performance.now();
  #strangeBytes = 0;

  constructor(line: ByteLine, framing: Framing) {
    this.#line = line;
    this.#framing = framing;
    this.#reader = framing.reader();
    line.onBytes = (bytes) => this.#receive(bytes);
  }

  get line(): ByteLine {
    return this.#line;
  }

  /** How many bytes came that were no message, or one that nobody wanted, since the mode was set. */
  get strangeBytes(): number {
    return this.#strangeBytes;
  }

  /** What comes from now on is read in this mode. */
  useFraming(framing: Framing): void {
    this.#framing = framing;
    this.#reader = framing.reader();
    this.#strangeBytes = 0;
  }

  /**
   * Sends a message and gives what `accept` makes of the first one after it that it accepts; undefined when none has come within `deadlineMs`. What came
   * before belongs to nobody, and is dropped. An answer that comes slowly has longer, and where one has come spoiled nothing is waited for any more.
   * Rejects with `device_lost` when the line goes, and as ByteLine.write does.
   */
  async ask<T>(
    message: Uint8Array,
    accept: (message: Uint8Array) => T | undefined,
    deadlineMs: number,
  ): Promise<T | undefined> {
    const answer = Promise.withResolvers<T | undefined>();
    const deadline = new Deadline(deadlineMs, () => answer.resolve(undefined));
    this.#reader.reset();
    this.#waiting = {
      deadline,
      take: (incoming) => {
        const accepted = accept(incoming);
        if (accepted !== undefined) answer.resolve(accepted);
        return accepted !== undefined;
      },
    };
    try {
      await this.#line.write(this.#framing.encode(message));
      return await unlessAborted(answer.promise, this.#line.gone);
    } finally {
      deadline.end();
      clearTimeout(this.#pause);
      this.#waiting = undefined;
    }
  }

  /** Ends a command that the reader may have in part, and waits until nothing has come for `quietMs`, at most `mostMs`. Rejects as `ask` does. */
  async settle(quietMs: number, mostMs: number): Promise<void> {
    const end = this.#framing.endOfCommand;
    if (end !== undefined) await this.#line.write(end);
    const began = performance.now();
    this.#lastByteMs = began;
    for (;;) {
      const now = performance.now();
      const leftMs = Math.min(this.#lastByteMs + quietMs, began + mostMs) - now;
      if (leftMs <= 0) break;
      await pause(leftMs, this.#line.gone);
      this.#line.gone.throwIfAborted();
    }
    this.#reader.reset();
  }

  #receive(bytes: Uint8Array): void {
    this.#lastByteMs = performance.now();
    this.#handle(this.#reader.push(bytes));
    clearTimeout(this.#pause);
    if (this.#waiting === undefined || !this.#reader.hasBegun) return;
    this.#waiting.deadline.notBefore(SLOW_ANSWER_MS);
    this.#pause = setTimeout(() => this.#handle(this.#reader.giveUp()), PAUSE_MS);
  }

  #handle(found: readonly Incoming[]): void {
    for (const incoming of found) {
      if (incoming.kind === 'nonsense') {
        this.#strangeBytes += incoming.bytes;
        this.#waiting?.deadline.notAfter(SPOILED_ANSWER_MS);
      } else if (this.#waiting?.take(incoming.message) !== true) {
        this.#strangeBytes += incoming.message.length;
      }
    }
  }
}
