import { EncoderError } from '../../src/encoder/errors.ts';
import { GET_VERSION_STRING } from './codec/functions.ts';
import { takeAnswer } from './codec/status.ts';
import { readVersion } from './codec/version.ts';
import type { MessageLine } from './message-line.ts';

/** How long a reader has to answer what needs no card. */
export const READER_MS = 1_500;

/** How long nothing must come for the line to count as silent, and how long that is waited for. */
export const QUIET_MS = 40;
export const UNQUIET_MS = 500;
/** How long a reader that let a deadline pass has for a sign of life. */
const SIGN_OF_LIFE_MS = 2_000;

export interface CallOptions {
  /** What is being done, for people: `read block 4`. */
  readonly doing: string;
  readonly deadlineMs: number;
  /** Whether it may be asked a second time when no answer has come: true of what changes nothing. */
  readonly isRepeatable: boolean;
}

/** Calls of a TWN4's functions, one at a time. */
export class SimpleProtocol {
  readonly #messages: MessageLine;
  readonly #versionText: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `versionText`: what the reader said to GetVersionString. It is how the answer to that is told from every other one. */
  constructor(messages: MessageLine, versionText: string) {
    this.#messages = messages;
    this.#versionText = versionText;
  }

  /** Fires when the line has gone. */
  get gone(): AbortSignal {
    return this.#messages.line.gone;
  }

  /**
   * Calls a function, once every call before it has ended: what follows the status byte of its answer. Rejects with `device_timeout` when none has come by
   * the deadline (the reader may have done it all the same), with `device_lost` when the line goes, and as `takeAnswer` throws.
   */
  call(command: Uint8Array, options: CallOptions): Promise<Uint8Array> {
    const answer = this.#last.then(() => this.#callNow(command, options));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #callNow(command: Uint8Array, options: CallOptions): Promise<Uint8Array> {
    const { doing, deadlineMs, isRepeatable } = options;
    for (let tries = isRepeatable ? 2 : 1; tries > 0; tries--) {
      const message = await this.#messages.ask(command, (incoming) => incoming, deadlineMs);
      if (message !== undefined) return takeAnswer(message, doing);
      await this.#findBack();
    }
    throw new EncoderError('device_timeout', `${doing}: the reader did not answer within ${deadlineMs} ms`);
  }

  /**
   * After a deadline, the answer may still be on its way: waits for silence, then asks for the version until the answer to that comes. The reader answers in the
   * order in which it was asked, so everything before belongs to the past. One that gives no sign of life is given up.
   */
  async #findBack(): Promise<void> {
    await this.#messages.settle(QUIET_MS, UNQUIET_MS);
    const isVersion = (message: Uint8Array) =>
      readVersion(message)?.text === this.#versionText ? true : undefined;
    if (await this.#messages.ask(GET_VERSION_STRING, isVersion, SIGN_OF_LIFE_MS)) return;
    const { line } = this.#messages;
    line.lose(
      new EncoderError(
        'device_timeout',
        `the TWN4 on ${line.path} has not answered for ${SIGN_OF_LIFE_MS} ms`,
      ),
    );
    line.gone.throwIfAborted();
  }
}
