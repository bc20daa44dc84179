import { setTimeout as delay } from 'node:timers/promises';
import type { NativeReader, Reader } from 'nfc-pcsc';
import type { Transmit } from '../../src/card/pseudo-apdu.ts';
import { readUid } from '../../src/card/storage-card.ts';
import type { PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { ApduTap } from '../../src/encoder/tap.ts';
import { Lane } from '../ports/lane.ts';
import { unlessAborted } from '../ports/waiting.ts';
import { NativeCalls } from './native-calls.ts';
import type { PcscOptions } from './options.ts';
import { isSamePresence, NOTHING_PRESENT, type Presence, presenceFrom } from './presence.ts';
import {
  fromScard,
  RESET_CARD,
  SHARING_VIOLATION,
  scardStatus,
  UNPOWERED_CARD,
  UNRESPONSIVE_CARD,
} from './scard-errors.ts';

/** SCARD_STATE_UNKNOWN and SCARD_STATE_UNAVAILABLE (pcsclite.h). */
const STATE_UNKNOWN = 0x0004;
const STATE_UNAVAILABLE = 0x0008;

/** Milliseconds between two tries at a reader that another program holds: so much, and up to as much again at random. */
const SHARING_RETRY_MS = 25;

/** One slot of PC/SC: what lies on it, and exclusive access to that. */
export class PcscReader {
  /** As PC/SC lists it. */
  readonly name: string;
  readonly #native: NativeReader;
  readonly #calls: NativeCalls;
  readonly #options: PcscOptions;
  readonly #gone = new AbortController();
  readonly #lane = new Lane();
  #presence: Presence = NOTHING_PRESENT;
  #presenceListener: (() => void) | undefined;
  #unpoweredCount: number | undefined;

  constructor(reader: Reader, options: PcscOptions) {
    this.name = reader.name;
    this.#native = reader.reader;
    this.#options = options;
    const another = () => new reader.reader.constructor(reader.name);
    this.#calls = new NativeCalls(reader.reader, another, options.exchange_timeout_ms, this.#gone.signal);
    // nfc-pcsc's own listener connects in shared mode, loses errors and wants an AID for ISO 14443-4 cards.
    reader.reader.removeAllListeners('status');
    reader.reader.on('status', ({ state, atr }) => {
      // The reader is on its way out: that says nothing of the card on it.
      if ((state & (STATE_UNKNOWN | STATE_UNAVAILABLE)) === 0) this.#update(presenceFrom(state, atr));
    });
  }

  /** Fires with `device_lost` when the reader went. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get presence(): Presence {
    return this.#presence;
  }

  /** `listener` hears when a card came, went or was changed; there is one listener. */
  onPresence(listener: (() => void) | undefined): void {
    this.#presenceListener = listener;
  }

  /**
   * Holds the card for `work` alone: connects in exclusive mode, and leaves the card as it is afterwards. Pieces of work never
   * overlap, nor do their exchanges. When `signal` fires it rejects at once, and no exchange begins after that. Rejects with `card_refused`
   * when another program held the card all the time, else as `work` does.
   */
  exclusive<T>(work: (transmit: Transmit) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#hold(work, signal, this.#native.SCARD_LEAVE_CARD);
  }

  /**
   * Resets the card and learns its ATR anew. pcscd looks for cards every 400 ms: one that was changed faster lies there under the ATR of
   * the one before. Rejects as `exclusive` does.
   */
  async refresh(signal: AbortSignal): Promise<void> {
    // pcscd that resets a card which has just left believes the reader empty until the next card has left too: a card must have answered.
    await this.#hold(readUid, signal, this.#native.SCARD_RESET_CARD);
    const { state, atr } = await this.#calls.statusNow();
    this.#update(presenceFrom(state, atr));
  }

  /** Asks pcscd for the status of the slot (SCardGetStatusChange), once no work is under way. */
  askStatus(signal: AbortSignal): Promise<PingAnswer> {
    const asked = this.#lane.run(async () => {
      signal.throwIfAborted();
      const began = performance.now();
      const { state, atr } = await this.#calls.statusNow();
      const tookMs = performance.now() - began;
      const { isPresent } = presenceFrom(state, atr);
      return {
        asked: 'SCardGetStatusChange, to pcscd',
        said: isPresent ? 'a card lies there' : 'no card lies there',
        tookMs,
      };
    });
    return unlessAborted(asked, signal);
  }

  #hold<T>(work: (transmit: Transmit) => Promise<T>, signal: AbortSignal, thenDo: number): Promise<T> {
    const result = this.#lane.run(async () => {
      signal.throwIfAborted();
      const protocol = await this.#connect(signal);
      let end: unknown;
      let disposition = this.#native.SCARD_LEAVE_CARD;
      try {
        const value = await work(async (apdu) => {
          signal.throwIfAborted();
          if (end !== undefined) throw end;
          try {
            return await this.#calls.transmit(apdu, protocol);
          } catch (error) {
            // Another card may answer the next exchange, over the same connection.
            end ??= error;
            throw error;
          }
        });
        disposition = thenDo;
        return value;
      } finally {
        end ??= new Error('An exchange was asked for after the work that held the card had ended');
        await this.#calls.disconnect(disposition);
      }
    });
    return unlessAborted(result, signal);
  }

  /** Exchanges are noted there from now on. */
  noteExchanges(tap: ApduTap | undefined): void {
    this.#calls.tap = tap;
  }

  /** Resolves when no work is under way. */
  idle(): Promise<void> {
    return this.#lane.idle();
  }

  /** The reader is gone: everything under way rejects with `device_lost`. */
  lose(why: string): void {
    this.#update(NOTHING_PRESENT);
    this.#gone.abort(new EncoderError('device_lost', why));
  }

  /**
   * Ends the thread that watches the reader. Not to be called from a callback of the package, which holds the mutex that this needs.
   * Resolves with false when a call has not returned within `waitMs`: to close would then block the process for as long.
   */
  async close(waitMs: number): Promise<boolean> {
    const isIdle = await this.#calls.idleWithin(waitMs);
    if (isIdle) this.#native.close();
    return isIdle;
  }

  #update(presence: Presence): void {
    const isSame = isSamePresence(this.#presence, presence);
    this.#presence = presence;
    if (!isSame) this.#presenceListener?.();
  }

  async #connect(signal: AbortSignal): Promise<number> {
    const deadline = performance.now() + this.#options.sharing_timeout_ms;
    for (;;) {
      try {
        return await this.#calls.connect(this.#native.SCARD_SHARE_EXCLUSIVE);
      } catch (error) {
        const status = scardStatus(error);
        const isWorthTrying = status === SHARING_VIOLATION || status === RESET_CARD;
        if (isWorthTrying && performance.now() < deadline) {
          await delay(SHARING_RETRY_MS * (1 + Math.random()), undefined, { signal }).catch(() =>
            signal.throwIfAborted(),
          );
        } else if (
          (status !== UNRESPONSIVE_CARD && status !== UNPOWERED_CARD) ||
          !(await this.#unpowerOnce())
        ) {
          throw fromScard(error, 'connect to the card');
        }
      }
    }
  }

  /** Takes the power from a card that does not answer, so that the next connection starts it anew. False when that was done already. */
  async #unpowerOnce(): Promise<boolean> {
    const count = this.#presence.isPresent ? this.#presence.count : undefined;
    if (count === undefined || count === this.#unpoweredCount) return false;
    this.#unpoweredCount = count;
    try {
      await this.#calls.connect(this.#native.SCARD_SHARE_DIRECT);
    } catch {
      return false;
    }
    await this.#calls.disconnect(this.#native.SCARD_UNPOWER_CARD);
    return true;
  }
}
