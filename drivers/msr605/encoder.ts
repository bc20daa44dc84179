import type { CardEncoder, Cue, DriverLog, PingAnswer } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { unlessAborted } from '../ports/waiting.ts';
import { COMMUNICATION_TEST, type Lights, showLights } from './codec/command.ts';
import type { Msr605 } from './msr605.ts';
import type { Msr605Pace } from './pace.ts';
import { PresentedStripe } from './presented-stripe.ts';
import type { StripeIdentity } from './stripe-identity.ts';
import { type Swipe, SwipeReader } from './swipes.ts';

const LIGHTS: Readonly<Record<Cue, Lights>> = { success: 'green', failure: 'red' };

/**
 * A magnetic stripe encoder that is open. It is armed to read while somebody waits for a card and none is there, and never else:
 * a card that nobody asked for is not read.
 */
export class Msr605Encoder implements CardEncoder {
  readonly #device: Msr605;
  readonly #pace: Msr605Pace;
  readonly #log: DriverLog;
  readonly #reader: SwipeReader;
  readonly #identity: StripeIdentity;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<PromiseWithResolvers<PresentedStripe>>();
  #card: PresentedStripe | undefined;
  /** Ends the arming that is under way. */
  #disarm = new AbortController();
  #listening: Promise<void> | undefined;
  #lights: Lights | undefined;

  constructor(device: Msr605, identity: StripeIdentity, pace: Msr605Pace, log: DriverLog) {
    this.#device = device;
    this.#identity = identity;
    this.#pace = pace;
    this.#log = log;
    this.#reader = new SwipeReader(device, pace, log);
    const untilClosed = this.#closing.signal;
    this.gone.addEventListener('abort', () => this.#end(this.gone.reason), {
      once: true,
      signal: untilClosed,
    });
  }

  get gone(): AbortSignal {
    return this.#device.gone;
  }

  /** As the contract says; rejects with `card_unsupported` when a payment card is swiped. */
  async awaitCard(signal: AbortSignal): Promise<PresentedStripe> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (this.#card !== undefined) return this.#card;
    const waiter = Promise.withResolvers<PresentedStripe>();
    this.#waiters.add(waiter);
    this.#listen();
    try {
      return await unlessAborted(waiter.promise, signal);
    } finally {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#disarm.abort();
    }
  }

  cue(cue: Cue): void {
    this.#lights = LIGHTS[cue];
    // A device that is armed hears nothing but a reset: it is lit before it is armed again.
    if (this.#listening === undefined) void this.#show();
    else this.#disarm.abort();
  }

  /** The communication test (MSR605 Programmer's Manual rev B, section 6). A device that is armed to read is disarmed for it, and armed again. */
  ping(signal: AbortSignal): Promise<PingAnswer> {
    const asked = this.#device.timed(COMMUNICATION_TEST, 'communication_test', signal);
    this.#disarm.abort();
    return asked.then(({ tookMs }) => ({
      asked: 'Communication test (ESC 65)',
      said: 'ESC 79: the communication is well',
      tookMs,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const closed = new EncoderError('device_lost', 'the encoder was closed');
    this.#closing.abort(closed);
    this.#disarm.abort();
    for (const waiter of this.#waiters) waiter.reject(closed);
    await this.#card?.closeWork(closed);
    this.#end(closed);
    await this.#listening;
    await this.#device.idle();
  }

  #end(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#card?.leave(reason);
    this.#card = undefined;
  }

  get #isWanted(): boolean {
    return (
      this.#waiters.size > 0 &&
      this.#card === undefined &&
      !this.gone.aborted &&
      !this.#closing.signal.aborted
    );
  }

  #listen(): void {
    this.#listening ??= this.#listenWhileWanted().finally(() => {
      this.#listening = undefined;
      // Somebody may have begun to wait just now.
      if (this.#isWanted) this.#listen();
    });
  }

  async #listenWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#disarm = new AbortController();
      const { signal } = this.#disarm;
      try {
        await this.#show();
        if (!signal.aborted) this.#swiped(await this.#reader.next(signal));
      } catch (error) {
        if (!signal.aborted && !this.gone.aborted) this.#failed(error);
      }
    }
  }

  #swiped(swipe: Swipe): void {
    if (swipe.kind === 'payment_card') {
      this.#log.info({}, 'a payment card was swiped: what was read was overwritten');
      this.#lights = 'red';
      const message = 'this is a payment card, which is never read here: swipe a card of the house';
      for (const waiter of this.#waiters) waiter.reject(new EncoderError('card_unsupported', message));
    }
    if (swipe.kind !== 'card' || this.#closing.signal.aborted) return;
    const { tracks } = swipe;
    const uid = this.#identity.uidOf(tracks);
    const card = new PresentedStripe({
      ...{ device: this.#device, reader: this.#reader, identity: this.#identity, pace: this.#pace },
      ...{ tracks, uid },
    });
    this.#card = card;
    card.removed.addEventListener('abort', () => this.#left(card), { once: true });
    for (const waiter of this.#waiters) waiter.resolve(card);
  }

  #left(card: PresentedStripe): void {
    if (this.#card !== card) return;
    this.#card = undefined;
    if (this.#isWanted) this.#listen();
  }

  /** Whoever waits is told; those who wait on are served by the next try. */
  #failed(error: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  async #show(): Promise<void> {
    const lights = this.#lights;
    this.#lights = undefined;
    // Best effort.
    if (lights !== undefined) await this.#device.tell(showLights(lights)).catch(() => {});
  }
}
