import { expect } from 'vitest';
import type {
  CardEncoder,
  Device,
  DriverNews,
  EncoderDriver,
  PresentedCard,
  SimulatedCard,
  SimulatedCardOrder,
} from '../../src/encoder/contract.ts';
import { EncoderError, type EncoderErrorCode } from '../../src/encoder/errors.ts';

/** Until a wait for something that must come gives up, and says what did not. */
const PATIENCE_MS = 30_000;

/** What a driver's test supplies: the driver over a simulated device, and hands that move cards and plugs. One is made for each test. */
export interface EncoderBench {
  readonly driver: EncoderDriver;
  /** The device on which `placeCard` puts cards; absent: the first one that the driver announces. */
  readonly deviceId?: string;
  /** What the driver has logged; KeptLog keeps it. */
  readonly logged: readonly string[];
  /**
   * Puts a card on the device; one that is there is taken away first. The same uid is the same card, with its memory. Honours `faults` (an encoder whose cards
   * are not read exchange by exchange does not: `exchanges: false`). Where cards are swiped, it takes the card in its hand and swipes it once,
   * at once if the device waits for a swipe, and else as soon as it does: it resolves without waiting for that.
   */
  placeCard(order: SimulatedCardOrder): Promise<SimulatedCard>;
  /** Takes the card away; nothing there is fine. Where cards are swiped, the hand is empty then, and a swipe that was still to come does not. */
  removeCard(): Promise<void>;
  /** Where cards are swiped: who swipes them. */
  readonly swipes?: SwipingHand;
  /** Takes the device away from the driver. Absent where the bench cannot. */
  unplug?(): Promise<void>;
  /** Gives the same device back after `unplug`. */
  replug?(): Promise<void>;
  dispose(): Promise<void>;
}

/** The hand at an encoder through which cards are swiped. */
export interface SwipingHand {
  /**
   * Whether the card in the hand is swiped each time that the device begins to wait for a swipe, to be read or written. True at first; when it becomes true while the
   * device waits, the card is swiped at once. False: only `placeCard` swipes it, once.
   */
  isWilling: boolean;
  /** Whether the device waits for a swipe: what the simulated device says, not the driver. */
  readonly isArmed: boolean;
  /** Resolves once `isArmed` is so, now or later. */
  armed(isArmed: boolean): Promise<void>;
}

/** A bench with its device open, and everything that its driver has told. */
export class Desk<Bench extends EncoderBench = EncoderBench> {
  readonly bench: Bench;
  readonly end = new AbortController();
  readonly news: NewsLog;
  readonly device: Device;
  encoder: CardEncoder;

  private constructor(
    bench: Bench,
    end: AbortController,
    news: NewsLog,
    device: Device,
    encoder: CardEncoder,
  ) {
    this.bench = bench;
    this.end = end;
    this.news = news;
    this.device = device;
    this.encoder = encoder;
  }

  static async set<Bench extends EncoderBench>(makeBench: () => Promise<Bench>): Promise<Desk<Bench>> {
    const bench = await makeBench();
    const end = new AbortController();
    try {
      const news = new NewsLog(bench.driver, end.signal);
      const device = await news.device(bench.deviceId);
      const encoder = await bench.driver.open(device, patience());
      return new Desk(bench, end, news, device, encoder);
    } catch (error) {
      end.abort();
      await bench.dispose();
      throw error;
    }
  }

  async clear(): Promise<void> {
    try {
      await this.encoder[Symbol.asyncDispose]();
      this.end.abort();
      await soon(this.news.ended, 'the end of the watch');
    } finally {
      this.end.abort();
      await this.bench.dispose();
    }
  }

  nextCard(): Promise<PresentedCard> {
    return this.encoder.awaitCard(patience());
  }

  /**
   * The card with this uid, once the encoder has noticed it. Cards that change faster than the reader looks may first be given as the
   * earlier one, which then must say that it is removed.
   */
  async settledCard(uid: string): Promise<PresentedCard> {
    for (;;) {
      const card = await this.nextCard();
      if (card.card.uid === uid) return card;
      expect(codeOf(await rejectionOf(card.read(patience())))).toBe('card_removed');
      await this.removal(card);
    }
  }

  removal(card: PresentedCard): Promise<unknown> {
    return fires(card.removed, '`removed`');
  }

  /** Takes the card away, and resolves when the encoder has noticed it. */
  async lift(card: PresentedCard): Promise<void> {
    await this.bench.removeCard();
    await this.removal(card);
  }

  get swipes(): SwipingHand {
    if (!this.bench.swipes) throw new Error('magnetic stripes are swiped, and the bench has no `swipes`');
    return this.bench.swipes;
  }

  async reopen(): Promise<void> {
    this.encoder = await this.bench.driver.open(this.device, patience());
  }

  async unplug(): Promise<void> {
    if (!this.bench.unplug) throw new Error('the bench cannot unplug: give the suite { unplugs: false }');
    await this.bench.unplug();
  }

  async replug(): Promise<void> {
    if (!this.bench.replug) throw new Error('the bench cannot replug: give the suite { unplugs: false }');
    await this.bench.replug();
  }
}

/** Everything that a watch has told. */
export class NewsLog {
  readonly #seen: DriverNews[] = [];
  /** Settles as the watch does. */
  readonly ended: Promise<void>;
  #next = Promise.withResolvers<void>();

  constructor(driver: EncoderDriver, signal: AbortSignal) {
    this.ended = this.#follow(driver, signal);
    this.ended.catch(() => {});
  }

  /** What `find` finds in the news, now or later. */
  until<T>(what: string, find: (seen: readonly DriverNews[]) => T | undefined): Promise<T> {
    const look = async (): Promise<T> => {
      for (;;) {
        const found = find(this.#seen);
        if (found !== undefined) return found;
        await this.#next.promise;
      }
    };
    return soon(look(), what);
  }

  device(id: string | undefined): Promise<Device> {
    const what = `the arrival of ${id ?? 'a device'}`;
    return this.until(what, (seen) => arrivalsOf(id, seen)[0]);
  }

  /** Throws when a device arrived that had not left, or left that had not arrived. */
  throwIfBroken(): void {
    const present = new Set<string>();
    for (const news of this.#seen) {
      if (news.news === 'device_arrived') {
        expect(present, `${news.device.id} arrived while it was there`).not.toContain(news.device.id);
        present.add(news.device.id);
      }
      if (news.news === 'device_left') {
        expect(present.delete(news.deviceId), `${news.deviceId} left while it was not there`).toBe(true);
      }
    }
  }

  async #follow(driver: EncoderDriver, signal: AbortSignal): Promise<void> {
    for await (const news of driver.watch(signal)) {
      this.#seen.push(news);
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    }
  }
}

/** Every time that the device arrived; without an id, that any did. */
export function arrivalsOf(id: string | undefined, seen: readonly DriverNews[]): Device[] {
  const arrivals = seen.flatMap((news) => (news.news === 'device_arrived' ? [news.device] : []));
  return arrivals.filter((device) => id === undefined || device.id === id);
}

/** A signal for what must not wait for ever. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}

/** The promise, or an error that says what did not come. */
export async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come in time`)), PATIENCE_MS);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** The reason with which a signal fires. */
export function fires(signal: AbortSignal, what: string): Promise<unknown> {
  const fired = Promise.withResolvers<unknown>();
  if (signal.aborted) fired.resolve(signal.reason);
  signal.addEventListener('abort', () => fired.resolve(signal.reason), { once: true });
  return soon(fired.promise, what);
}

/** What the promise rejects with; throws when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => 'resolved' as const,
    (reason: unknown) => ({ reason }),
  );
  if (outcome === 'resolved') throw new Error('a call resolved that should have rejected');
  return outcome.reason;
}

/** The code of an EncoderError; throws on anything else. */
export function codeOf(error: unknown): EncoderErrorCode {
  if (error instanceof EncoderError) return error.code;
  throw new Error(`not an EncoderError: ${String(error)}`, { cause: error });
}
