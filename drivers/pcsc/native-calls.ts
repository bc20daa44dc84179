import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { NativeReader, ReaderStatus } from 'nfc-pcsc';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { ApduTap } from '../../src/encoder/tap.ts';
import { retire } from './retired.ts';
import { fromScard } from './scard-errors.ts';

/** Below 258 pcscd throws the answer away after the card has executed the command. */
const LONGEST_ANSWER_BYTES = 258;

type BeginCall<T> = (done: (error: Error | null | undefined, value?: T) => void) => void;

/** A call that has begun, or waits for its turn. */
interface Call {
  readonly doing: string;
  begin(): void;
  reject(reason: unknown): void;
}

/** What is called of the package's reader. */
export type CalledReader = Pick<NativeReader, 'connected' | 'connect' | 'disconnect' | 'transmit'>;

/**
 * The calls of one reader of @pokusew/pcsclite as promises with a deadline, one at a time, in the order in which they are made: the package
 * would hand each to a thread of its own, and what reaches the card first would be chance. A call that missed it still holds a thread, and the mutex
 * that close() needs: until it returns, every further call rejects with `device_timeout` at once.
 */
export class NativeCalls {
  readonly #reader: CalledReader;
  readonly #another: () => NativeReader;
  readonly #timeoutMs: number;
  readonly #gone: AbortSignal;
  readonly #waiting: Call[] = [];
  /** One for all calls: it is set anew when a call begins. The call itself keeps the process alive. */
  readonly #deadline: NodeJS.Timeout;
  /** The package has not returned from it yet. */
  #running: Call | undefined;
  /** Where exchanges are noted, once it is known which device this is. */
  tap: ApduTap | undefined;
  #stuck: EncoderError | undefined;
  #idle: PromiseWithResolvers<true> | undefined;

  /** `another` makes a second object for the same reader. */
  constructor(reader: CalledReader, another: () => NativeReader, timeoutMs: number, gone: AbortSignal) {
    this.#reader = reader;
    this.#another = another;
    this.#timeoutMs = timeoutMs;
    this.#gone = gone;
    this.#deadline = setTimeout(() => this.#miss(), timeoutMs).unref();
    gone.addEventListener('abort', () => this.#refuse(gone.reason), { once: true });
  }

  /** Resolves with true when every call has returned, with false when that takes longer than `waitMs`. */
  async idleWithin(waitMs: number): Promise<boolean> {
    if (this.#running === undefined) return true;
    this.#idle ??= Promise.withResolvers<true>();
    const late = new AbortController();
    const tooLate = delay(waitMs, false, { signal: late.signal }).catch(() => false);
    const isIdle = await Promise.race([this.#idle.promise, tooLate]);
    late.abort();
    return isIdle;
  }

  /** Resolves with the protocol; rejects with the package's own Error, whose status scardStatus() tells. */
  connect(shareMode: number): Promise<number> {
    return this.#call('connect to the card', (done) => this.#reader.connect({ share_mode: shareMode }, done));
  }

  /** Never rejects: a connection that cannot be ended properly is forgotten. */
  async disconnect(disposition: number): Promise<void> {
    try {
      await this.#call('let go of the card', (done) =>
        this.#reader.disconnect(disposition, (error) => done(error, true)),
      );
    } catch {
      // The package would take it for connected for ever.
      this.#reader.connected = false;
    }
  }

  /** One exchange. An empty answer, which comes with a status of success, is `card_removed`. */
  async transmit(apdu: Uint8Array, protocol: number): Promise<Uint8Array> {
    const doing = 'exchange with the card';
    const beganMs = performance.now();
    let answer: Uint8Array | undefined;
    try {
      answer = await this.#call<Uint8Array>(doing, (done) =>
        this.#reader.transmit(Buffer.from(apdu), LONGEST_ANSWER_BYTES, protocol, done),
      );
      if (answer.length > 0) return answer;
    } catch (error) {
      throw fromScard(error, doing);
    } finally {
      this.tap?.exchanged(beganMs, apdu, answer);
    }
    throw new EncoderError('card_removed', `${doing}: the answer is empty, the card has left the reader`);
  }

  /**
   * What pcscd holds for the reader's status at this moment. The reader's own thread tells of a card that comes or goes, but not of an
   * ATR that changed by a reset.
   */
  async statusNow(): Promise<ReaderStatus> {
    const another = this.#another();
    try {
      return await this.#call<ReaderStatus>('ask for the status', (done) =>
        another.get_status((error, state, atr) =>
          done(error, { state, ...(atr === undefined ? {} : { atr }) }),
        ),
      );
    } finally {
      // The callback holds the mutex that close() takes.
      await nextTurn();
      another.close();
      retire(another);
    }
  }

  #call<T>(doing: string, begin: BeginCall<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call: Call = {
        doing,
        reject,
        begin: () =>
          begin((error, value) => {
            if (this.#running !== call) return;
            if (error || value === undefined)
              reject(error ?? new EncoderError('device_protocol', `${doing}: no answer and no error`));
            else resolve(value);
            this.#returned();
          }),
      };
      this.#waiting.push(call);
      this.#beginNext();
    });
  }

  #beginNext(): void {
    if (this.#gone.aborted) this.#refuse(this.#gone.reason);
    if (this.#stuck !== undefined) this.#refuse(this.#stuck);
    if (this.#running !== undefined) return;
    const call = this.#waiting.shift();
    if (call === undefined) return;
    this.#running = call;
    this.#deadline.refresh();
    try {
      call.begin();
    } catch (error) {
      call.reject(error);
      this.#returned();
    }
  }

  #returned(): void {
    this.#running = undefined;
    this.#stuck = undefined;
    this.#idle?.resolve(true);
    this.#idle = undefined;
    this.#beginNext();
  }

  #miss(): void {
    if (this.#running === undefined) return;
    const message = `${this.#running.doing}: no answer within ${this.#timeoutMs} ms; take the card away`;
    this.#stuck = new EncoderError('device_timeout', message);
    this.#refuse(this.#stuck);
  }

  /** Nobody waits for an answer any more. */
  #refuse(reason: unknown): void {
    this.#running?.reject(reason);
    for (const call of this.#waiting.splice(0)) call.reject(reason);
  }
}
