import type { ByteLine } from '../ports/contract.ts';
import type { Command } from './command.ts';
import { encodeFrame, FROM_CHIP, type Frame, FrameReader, NACK_FRAME, TO_CHIP } from './frame-codec.ts';

/** How long the chip has to acknowledge a command. It does so within 15 ms (UM0701-02, section 6.2.2); the line and the system come on top. */
const ACK_MS = 100;
/** What cannot be sent once more is waited for longer: a busy machine hands bytes over late. */
const LAST_ACK_MS = 500;
/** How often an answer that came garbled is asked for again. */
const MOST_NACKS = 3;

/** What became of a command. */
export type Outcome =
  /** What follows the code. */
  | { readonly kind: 'answer'; readonly data: Uint8Array }
  /** The chip does not know the command, or not with these data. */
  | { readonly kind: 'syntax_error' }
  /** No acknowledgement: it may be that the command never arrived. */
  | { readonly kind: 'no_ack' }
  /** Acknowledged, and no answer in time. */
  | { readonly kind: 'no_answer' }
  /** The signal fired first: the chip is at it still. */
  | { readonly kind: 'aborted' };

/**
 * Command and answer over a line (UM0701-02, section 6.2.2): the command, an acknowledgement, the answer. An answer counts only after the
 * acknowledgement: what comes before belongs to an earlier command. The caller sees to it that commands do not overlap.
 */
export class Exchanger {
  readonly #line: ByteLine;
  readonly #reader = new FrameReader();
  #listener: ((frame: Frame) => void) | undefined;

  constructor(line: ByteLine) {
    this.#line = line;
    line.onBytes = (bytes) => {
      for (const frame of this.#reader.push(bytes)) this.#listener?.(frame);
    };
  }

  /** Rejects as the line does. `lead` goes before the frame: it wakes the chip. */
  async run(
    { code, data, answerMs, isRepeatable }: Command,
    { lead = new Uint8Array(0), signal }: { readonly lead?: Uint8Array; readonly signal?: AbortSignal } = {},
  ): Promise<Outcome> {
    const frame = encodeFrame(TO_CHIP, code, data);
    const bytes = lead.length === 0 ? frame : Uint8Array.of(...lead, ...frame);
    // Half a frame from before must not swallow this answer.
    this.#reader.giveUp();
    const reply = new Reply(code, isRepeatable ? ACK_MS : LAST_ACK_MS, answerMs, () => {
      this.#line.write(NACK_FRAME).catch(() => {});
    });
    this.#listener = (heard) => reply.hear(heard);
    reply.onDeadline = () => {
      for (const late of this.#reader.giveUp()) reply.hear(late);
    };
    const stop = () => reply.fail(this.#line.gone.reason);
    this.#line.gone.addEventListener('abort', stop, { once: true });
    const abort = () => reply.abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#line.write(bytes);
      return await reply.outcome;
    } finally {
      this.#line.gone.removeEventListener('abort', stop);
      signal?.removeEventListener('abort', abort);
      reply.end();
      this.#listener = undefined;
      // It may carry a key.
      frame.fill(0);
    }
  }

  /** Sends a frame that is not answered. */
  async send(frame: Uint8Array): Promise<void> {
    await this.#line.write(frame);
  }
}

/** The reply to one command, as it comes in. */
class Reply {
  readonly outcome: Promise<Outcome>;
  /** Called before the time is up: a frame may be hidden in what began as another. */
  onDeadline = () => {};
  readonly #settle: PromiseWithResolvers<Outcome>;
  readonly #code: number;
  readonly #answerMs: number;
  readonly #askAgain: () => void;
  #timer: NodeJS.Timeout;
  #isAcknowledged = false;
  #nacks = 0;

  constructor(code: number, ackMs: number, answerMs: number, askAgain: () => void) {
    this.#code = code;
    this.#answerMs = answerMs;
    this.#askAgain = askAgain;
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
    // Who runs the command may have failed before it looks at this.
    this.outcome.catch(() => {});
    this.#timer = setTimeout(() => this.#late(), ackMs);
  }

  hear(frame: Frame): void {
    switch (frame.kind) {
      case 'ack':
        this.#acknowledge();
        return;
      case 'nack':
        if (!this.#isAcknowledged) this.#settle.resolve({ kind: 'no_ack' });
        return;
      case 'syntax_error':
        if (this.#isAcknowledged) this.#settle.resolve({ kind: 'syntax_error' });
        return;
      case 'data':
        if (this.#isMine(frame.data)) this.#settle.resolve({ kind: 'answer', data: frame.data.subarray(2) });
        return;
      case 'broken':
        // Only what is an answer to this command, but for a few bytes: anything else would make the chip repeat the answer before.
        if (this.#isMine(frame.data) && this.#nacks < MOST_NACKS) {
          this.#nacks += 1;
          this.#askAgain();
        }
    }
  }

  fail(reason: unknown): void {
    this.#settle.reject(reason);
  }

  abort(): void {
    this.#settle.resolve({ kind: 'aborted' });
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #isMine(data: Uint8Array): boolean {
    return this.#isAcknowledged && data[0] === FROM_CHIP && data[1] === this.#code + 1;
  }

  #acknowledge(): void {
    if (this.#isAcknowledged) return;
    this.#isAcknowledged = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#late(), this.#answerMs);
  }

  #late(): void {
    const wasAcknowledged = this.#isAcknowledged;
    this.onDeadline();
    // The acknowledgement was hidden: the answer has its time from now.
    if (this.#isAcknowledged !== wasAcknowledged) return;
    this.#settle.resolve({ kind: this.#isAcknowledged ? 'no_answer' : 'no_ack' });
  }
}
