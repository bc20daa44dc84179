import type { StripeTracks } from '../../src/card/link.ts';
import type { DriverLog } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { pause } from '../ports/waiting.ts';
import type { ReadAnswer } from './codec/answer.ts';
import { READ_ISO, showLights } from './codec/command.ts';
import { isSwipesFault } from './codec/status.ts';
import type { Msr605 } from './msr605.ts';
import type { Msr605Pace } from './pace.ts';
import { forget, isPaymentCard } from './payment-card.ts';
import { isGoodRead, stripeTracks } from './stripe.ts';

/** What came of a swipe. */
export type Swipe =
  | { readonly kind: 'card'; readonly tracks: StripeTracks }
  /** Too fast, too slow, crooked: the person swipes again. */
  | { readonly kind: 'bad' }
  | { readonly kind: 'payment_card' };

/** Reads swipes, and tells a card that cannot be read from a swipe that went badly: two in a row that are unreadable are the card's fault. */
export class SwipeReader {
  readonly #device: Msr605;
  readonly #pace: Msr605Pace;
  readonly #log: DriverLog;
  #badSince = Number.NEGATIVE_INFINITY;

  constructor(device: Msr605, pace: Msr605Pace, log: DriverLog) {
    this.#device = device;
    this.#pace = pace;
    this.#log = log;
  }

  /** The next swipe. Rejects as Msr605.awaitSwipe, and with `device_protocol` when the device does not understand that it is to read. */
  async next(signal: AbortSignal): Promise<Swipe> {
    const answer = await this.#read(signal);
    const swipe: Swipe = answer === undefined ? { kind: 'bad' } : this.#judge(answer);
    this.#badSince = swipe.kind === 'bad' ? performance.now() : Number.NEGATIVE_INFINITY;
    if (swipe.kind !== 'bad') return swipe;
    this.#log.info({ status: answer?.status ?? 'garbled' }, 'a card was not read: it must be swiped again');
    await this.warn(signal);
    return swipe;
  }

  /** The red light for a moment, so that the person swipes again. */
  async warn(signal: AbortSignal): Promise<void> {
    await this.#device.tell(showLights('red'));
    await pause(this.#pace.againMs, signal, this.#device.gone);
  }

  async #read(signal: AbortSignal): Promise<ReadAnswer | undefined> {
    try {
      return await this.#device.awaitSwipe(READ_ISO, 'iso_block', signal);
    } catch (error) {
      if (error instanceof EncoderError && error.code === 'device_protocol') return undefined;
      throw error;
    }
  }

  #judge({ tracks, status }: ReadAnswer): Swipe {
    if (isPaymentCard(tracks)) {
      forget(tracks);
      return { kind: 'payment_card' };
    }
    if (status !== 'ok' && !isSwipesFault(status))
      throw new EncoderError('device_protocol', `the encoder refused to read (${status})`);
    const read = stripeTracks(tracks);
    const isSecond = performance.now() - this.#badSince < this.#pace.badPairMs;
    return isGoodRead(read) || isSecond ? { kind: 'card', tracks: read } : { kind: 'bad' };
  }
}
