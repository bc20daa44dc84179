import type { StripeLink, StripeTracks } from '../../src/card/link.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { type OfTracks, whyNotWritable, writeIso } from './codec/block.ts';
import { eraseTracks, type TrackNumber } from './codec/command.ts';
import { isSwipesFault } from './codec/status.ts';
import type { Msr605 } from './msr605.ts';
import type { Msr605Pace } from './pace.ts';
import { stripeWith } from './stripe.ts';
import type { SwipeReader } from './swipes.ts';

type Order = Parameters<StripeLink['write']>[0];

export interface StripeLinkSetup {
  readonly device: Msr605;
  readonly reader: SwipeReader;
  readonly pace: Msr605Pace;
  readonly tracks: StripeTracks;
  /** Ends every wait for a swipe: the device is disarmed then, and what waited rejects with its reason. */
  readonly signal: AbortSignal;
  /** Called before the device is armed to write: from now on nobody knows what is on the card. */
  readonly onWrite: (written: StripeTracks) => void;
}

/** The card programs' way to a card that is swiped. What was read last is what is on it. */
export class SwipedLink implements StripeLink {
  readonly tracks: StripeTracks;
  readonly #setup: StripeLinkSetup;
  #lastRead: StripeTracks;

  constructor(setup: StripeLinkSetup) {
    this.#setup = setup;
    this.tracks = setup.tracks;
    this.#lastRead = setup.tracks;
  }

  get lastRead(): StripeTracks {
    return this.#lastRead;
  }

  /** As StripeLink says; to erase some tracks and write others takes two swipes. Rejects with `card_unsupported` for texts that no track can hold. */
  async write(order: Order, asking: () => void): Promise<void> {
    const commands = commandsFor(order);
    for (const command of commands) {
      await this.#patiently(asking, async (signal) => {
        this.#setup.onWrite(stripeWith(order));
        return (await this.#passes(command, signal)) ? true : undefined;
      });
    }
  }

  read(asking: () => void): Promise<StripeTracks> {
    return this.#patiently(asking, async (signal) => {
      const swipe = await this.#setup.reader.next(signal);
      if (swipe.kind === 'payment_card') await this.#setup.reader.warn(signal);
      if (swipe.kind !== 'card') return undefined;
      this.#lastRead = swipe.tracks;
      return swipe.tracks;
    });
  }

  /** Whether the device is content with the pass of the card. */
  async #passes(command: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const { device, reader } = this.#setup;
    const status = await device.awaitSwipe(command, 'status', signal).catch((error: unknown) => {
      // Nobody knows what became of that swipe: the next one tells.
      if (error instanceof EncoderError && error.code === 'device_protocol')
        return 'read_write_error' as const;
      throw error;
    });
    if (status === 'ok') return true;
    if (!isSwipesFault(status))
      throw new EncoderError('device_protocol', `the encoder refused to write (${status})`);
    await reader.warn(signal);
    return false;
  }

  /** Asks for a swipe, and again, until `swipe` comes to something, nobody has swiped for long, or what `asking` throws says that nobody wants it. */
  async #patiently<T>(
    asking: () => void,
    swipe: (signal: AbortSignal) => Promise<T | undefined>,
  ): Promise<T> {
    const { signal, pace } = this.#setup;
    const end = new AbortController();
    const stop = () => end.abort(signal.reason);
    const ask = () => {
      try {
        if (!end.signal.aborted) asking();
      } catch (reason) {
        end.abort(reason);
      }
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const nobody = setTimeout(() => {
      const message = `nobody swiped the card within ${pace.swipeMs / 1000} s: begin again`;
      end.abort(new EncoderError('card_removed', message));
    }, pace.swipeMs);
    let asksAgain: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        clearInterval(asksAgain);
        ask();
        asksAgain = setInterval(ask, pace.askMs);
        end.signal.throwIfAborted();
        const outcome = await swipe(end.signal);
        if (outcome !== undefined) return outcome;
      }
    } finally {
      clearTimeout(nobody);
      clearInterval(asksAgain);
      signal.removeEventListener('abort', stop);
    }
  }
}

/** What has to be armed, one after the other: erasing first, so that no card holds the new beside what was to go. */
function commandsFor(order: Order): Uint8Array[] {
  const [one, two, three] = order;
  const texts: OfTracks<string> = [one ?? '', two ?? '', three ?? ''];
  const why = texts.map((text, at) => whyNotWritable(text, at)).find((reason) => reason !== undefined);
  if (why !== undefined)
    throw new EncoderError('card_unsupported', `the stripe cannot be written so: ${why}`);
  const tracks: readonly TrackNumber[] = [1, 2, 3];
  const erased = tracks.filter((track) => order[track - 1] === '');
  return [
    ...(erased.length > 0 ? [eraseTracks(erased)] : []),
    ...(texts.some((text) => text !== '') ? [writeIso(texts)] : []),
  ];
}
