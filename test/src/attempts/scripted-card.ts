import type { CardSite, WriteJournal } from '../../../src/card/program.ts';
import { abortableUntilNoted, type PresentedCard } from '../../../src/encoder/contract.ts';
import type { EncoderError } from '../../../src/encoder/errors.ts';
import type { Card } from '../../../src/model/card.ts';
import type { CardContent, CardContents, CardImage } from '../../../src/model/card-record.ts';

/** What one reading of a card comes to. */
export type Reading = () => Promise<Card>;

/** What one inspection of a card comes to. */
export type Inspection = () => Promise<CardContents>;

/** What one write does: notes its progress and ends, or does not. The card then carries the image, or what a torn write left. */
export type Writing = (journal: WriteJournal) => Promise<void>;

/** A reading, inspection or write that fails before anything happened. */
export const fails =
  (error: Error): (() => Promise<never>) =>
  () =>
    Promise.reject(error);

/** A write of so many steps that ends as it should, but each step after the first note waits for `release` where there is one. */
export const writes =
  (total = 2, release: Promise<unknown> = Promise.resolve()): Writing =>
  async (journal) => {
    journal.note({ phase: 'writing', done: 0, total });
    await release;
    for (let done = 1; done < total; done++) journal.note({ phase: 'writing', done, total });
    journal.note({ phase: 'verifying', done: total, total });
  };

/** A write that fails when it has noted so many steps: 1 is the note before the first change. */
export const writesAndFails =
  (notes: number, error: Error, total = 2): Writing =>
  async (journal) => {
    for (let done = 0; done < notes; done++) journal.note({ phase: 'writing', done, total });
    throw error;
  };

/** What was on any card when it was inspected; a preimage is a position in it, so that a card that is put back can be put right. */
const earlier: CardContent[] = [];

/** A card in the field, which does what the test says; what it is not told, it does without a fault. */
export class ScriptedCard implements PresentedCard {
  readonly card: Card;
  /** How often it was read. */
  readCount = 0;
  inspectCount = 0;
  /** What is on it; a write that ends changes `content`. Its `preimage` is made when it is inspected. */
  contents: CardContents;
  /** What the next inspections come to, in order; after them, `contents`. */
  readonly inspections: Inspection[] = [];
  /** What the next writes do, in order; after them, `writes()`. */
  readonly writings: Writing[] = [];
  /** Every image that it was to be brought to. */
  readonly images: CardImage[] = [];
  /** The site of the last inspection or write. */
  site: CardSite | undefined;
  readonly #removal = new AbortController();
  readonly #readings: Reading[];

  constructor(card: Card, readings: readonly Reading[] = [], contents: Partial<CardContents> = {}) {
    this.card = card;
    this.#readings = [...readings];
    this.contents = {
      format: 'ntag',
      content: { kind: 'blank' },
      keyVersion: null,
      capacityBytes: 480,
      preimage: new Uint8Array(0),
      facts: [],
      ...contents,
    };
  }

  get removed(): AbortSignal {
    return this.#removal.signal;
  }

  leave(reason: EncoderError): void {
    this.#removal.abort(reason);
  }

  async read(signal: AbortSignal): Promise<Card> {
    this.readCount += 1;
    signal.throwIfAborted();
    const reading = this.#readings.shift();
    return reading === undefined ? this.card : await reading();
  }

  async inspect(site: CardSite, signal: AbortSignal): Promise<CardContents> {
    this.inspectCount += 1;
    this.site = site;
    const inspection = this.inspections.shift();
    return this.#until(signal, async () => {
      if (inspection !== undefined) return inspection();
      const preimage = Buffer.from(String(earlier.push(this.contents.content) - 1));
      return { ...this.contents, preimage };
    });
  }

  async write(site: CardSite, image: CardImage, journal: WriteJournal, signal: AbortSignal): Promise<void> {
    this.images.push(image);
    this.site = site;
    const writing = this.writings.shift() ?? writes();
    await abortableUntilNoted(journal, signal, async (noted, untilNoted) => {
      const tearing: WriteJournal = {
        note: (progress) => {
          this.removed.throwIfAborted();
          noted.note(progress);
          this.contents = { ...this.contents, content: { kind: 'incomplete' } };
        },
      };
      await this.#until(untilNoted, () => writing(tearing));
      this.contents = { ...this.contents, content: this.#contentOf(image) };
    });
  }

  #contentOf(image: CardImage): CardContent {
    switch (image.kind) {
      case 'record':
        return { kind: 'record', record: image.record, standing: 'authentic' };
      case 'blank':
        return { kind: 'blank' };
      case 'previous':
        return earlier[Number(Buffer.from(image.preimage))] ?? { kind: 'incomplete' };
    }
  }

  /** As `work`, but rejects at once when the card leaves or `signal` fires. */
  #until<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      for (const stop of [signal, this.removed]) {
        if (stop.aborted) {
          reject(stop.reason);
          return;
        }
        stop.addEventListener('abort', () => reject(stop.reason), { once: true });
      }
      work().then(resolve, reject);
    });
  }
}
