import type {
  CardEncoder,
  Cue,
  Device,
  DriverNews,
  EncoderDriver,
  PresentedCard,
} from '../../../src/encoder/contract.ts';
import { EncoderError, type EncoderErrorCode } from '../../../src/encoder/errors.ts';
import type { Card } from '../../../src/model/card.ts';
import type { CardContents } from '../../../src/model/card-record.ts';
import { type Reading, ScriptedCard } from './scripted-card.ts';

export const failure = (code: EncoderErrorCode, message: string = code) => new EncoderError(code, message);

/** A driver whose devices come and go, and fail, when the test says so. */
export class ScriptedDriver implements EncoderDriver {
  readonly name: string;
  /** What the next calls of `open` reject with, in order. */
  readonly openFailures: Error[] = [];
  /** What happened, in order: `open port-1`, `close port-1`, `watch ended`. */
  readonly diary: string[] = [];
  readonly #news: DriverNews[] = [];
  readonly #encoders = new Map<string, ScriptedEncoder>();
  #wake = () => {};

  constructor(name = 'scripted') {
    this.name = name;
  }

  async *watch(signal: AbortSignal): AsyncGenerator<DriverNews, void, undefined> {
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      const news = this.#news.shift();
      if (news !== undefined) yield news;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    this.diary.push('watch ended');
  }

  async open(device: Device, signal: AbortSignal): Promise<CardEncoder> {
    signal.throwIfAborted();
    this.diary.push(`open ${device.id}`);
    const failure = this.openFailures.shift();
    if (failure !== undefined) throw failure;
    const encoder = this.encoder(device.id);
    encoder.open(() => this.diary.push(`close ${device.id}`));
    return encoder;
  }

  /** The encoder at a port, attached or not. */
  encoder(deviceId: string): ScriptedEncoder {
    const encoder = this.#encoders.get(deviceId) ?? new ScriptedEncoder();
    this.#encoders.set(deviceId, encoder);
    return encoder;
  }

  tell(news: DriverNews): void {
    this.#news.push(news);
    this.#wake();
  }

  plug(deviceId: string): void {
    this.#encoders.delete(deviceId);
    this.tell({
      news: 'device_arrived',
      device: {
        id: deviceId,
        name: `Encoder at ${deviceId}`,
        capabilities: { technologies: ['ntag215'], isVirtual: false },
      },
    });
  }

  unplug(deviceId: string): void {
    this.encoder(deviceId).lose();
    this.tell({ news: 'device_left', deviceId });
  }
}

/** An open device. */
export class ScriptedEncoder implements CardEncoder {
  readonly cues: Cue[] = [];
  /** Closing takes until this resolves. */
  closes: Promise<void> = Promise.resolve();
  readonly #going = new AbortController();
  #card: ScriptedCard | null = null;
  readonly #waiting = new Set<PromiseWithResolvers<PresentedCard>>();
  #closed = () => {};

  get gone(): AbortSignal {
    return this.#going.signal;
  }

  open(closed: () => void): void {
    this.#closed = closed;
  }

  async awaitCard(signal: AbortSignal): Promise<PresentedCard> {
    signal.throwIfAborted();
    this.gone.throwIfAborted();
    if (this.#card !== null) return this.#card;
    const next = Promise.withResolvers<PresentedCard>();
    const stop = () => next.reject(signal.reason);
    this.#waiting.add(next);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await next.promise;
    } finally {
      this.#waiting.delete(next);
      signal.removeEventListener('abort', stop);
    }
  }

  cue(cue: Cue): void {
    this.cues.push(cue);
  }

  /** Puts a card in the field; one that is there is taken away first. `contents`: where they differ from a blank card's. */
  place(card: Card, readings: readonly Reading[] = [], contents: Partial<CardContents> = {}): ScriptedCard {
    this.takeAway();
    const placed = new ScriptedCard(card, readings, contents);
    this.#card = placed;
    for (const { resolve } of this.#waiting) resolve(placed);
    return placed;
  }

  takeAway(): void {
    this.#card?.leave(failure('card_removed'));
    this.#card = null;
  }

  /** What waits for a card is told that there is one that cannot be read. */
  failToRead(error: EncoderError): void {
    for (const { reject } of this.#waiting) reject(error);
  }

  /** The device goes. */
  lose(): void {
    const reason = failure('device_lost', 'The plug was pulled.');
    this.#going.abort(reason);
    this.#card?.leave(reason);
    this.#card = null;
    for (const { reject } of this.#waiting) reject(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closes;
    this.#closed();
  }
}
