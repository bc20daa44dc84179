import { expect } from 'vitest';
import type { PresentedCard } from '../../src/encoder/contract.ts';
import type { EncoderErrorCode } from '../../src/encoder/errors.ts';
import { arrivalsOf, codeOf, type Desk, type EncoderBench, fires, patience } from './encoder-desk.ts';
import type { ContractCard, EncoderKind } from './encoder-options.ts';
import { KeptJournal, SITE } from './encoder-site.ts';
import { type Written, writtenAs } from './encoder-written.ts';
import type { Sent, Wire } from './wire-hands.ts';

/** A bench whose line between driver and device can be spoiled. One is made for each test. */
export interface WireBench extends EncoderBench {
  readonly wire: Wire;
}

/** What work on a bad line may end with; anything else is a lie about the card. */
export const LINE_ERRORS: readonly EncoderErrorCode[] = [
  'device_timeout',
  'device_protocol',
  'device_lost',
  'card_removed',
];

/** How often a driver may say no after the line is well again, until it must work. */
const MOST_TRIES = 20;

/** A desk with a card on it, and what the suite does with that card. */
export class WireDesk {
  readonly desk: Desk<WireBench>;
  readonly wire: Wire;
  readonly card: ContractCard;
  readonly written: Written | null;
  readonly #isSwiped: boolean;
  /** Numbers of the cards that there are. */
  readonly #uids: readonly string[];
  #losses = 0;
  #images = 0;

  constructor(desk: Desk<WireBench>, { written, first, second, isSwiped }: EncoderKind) {
    this.desk = desk;
    this.wire = desk.bench.wire;
    this.written = written === null ? null : writtenAs(written);
    this.card = this.written?.card ?? first;
    this.#isSwiped = isSwiped;
    this.#uids = [this.card, first, second].map(({ uid }) => uid);
  }

  /** Puts the card on the encoder, with the first image on it where it can be written. */
  async begin(): Promise<PresentedCard> {
    await this.desk.bench.placeCard(this.card);
    const card = await this.desk.nextCard();
    await this.write(card);
    return card;
  }

  /**
   * Uses the line to find out what is on the card, and throws when that is not true: its number, and what was written last. A stripe passes by, and is written anew
   * for that, which ends with reading it.
   */
  async look(card: PresentedCard): Promise<void> {
    expect(await card.read(patience())).toEqual(this.card);
    if (this.#isSwiped && this.written !== null) {
      await this.write(card);
      return;
    }
    const { content } = await card.inspect(this.written?.site ?? SITE, patience());
    if (this.written !== null) expect(content).toEqual(this.written.authentic(this.#images));
  }

  /** Writes the next image, where cards are written; what was written is then known. */
  async write(card: PresentedCard): Promise<void> {
    if (this.written === null) return;
    await card.write(this.written.site, this.written.image(++this.#images), new KeptJournal(), patience());
  }

  /** Writes the next image, and proves that it is there. */
  async writeAndProve(card: PresentedCard): Promise<void> {
    await this.write(card);
    if (this.written === null) return;
    const { content } = await card.inspect(this.written.site, patience());
    expect(content).toEqual(this.written.authentic(this.#images));
  }

  /** What work costs on the line. */
  async costOf(work: () => Promise<void>): Promise<Sent> {
    const before = this.wire.sent;
    await work();
    const after = this.wire.sent;
    return {
      toHost: after.toHost - before.toHost,
      frames: after.frames - before.frames,
      toDevice: after.toDevice - before.toDevice,
      commands: after.commands - before.commands,
    };
  }

  /** The error with which work ended on a bad line, undefined when it ended well. Throws on every other error. */
  async outcomeOf(work: Promise<unknown>): Promise<EncoderErrorCode | undefined> {
    const outcome = await work.then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    if (outcome === undefined) return undefined;
    if (outcome.reason instanceof Error && outcome.reason.name === 'AssertionError') throw outcome.reason;
    const code = codeOf(outcome.reason);
    expect(LINE_ERRORS).toContain(code);
    return code;
  }

  /** The card in the field, now that the line is well again: the driver may need some tries, and may have given the device up, which comes back with the same id. */
  async recovered(wanted: ContractCard = this.card): Promise<PresentedCard> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (this.desk.encoder.gone.aborted) await this.regain();
      const found: { card?: PresentedCard } = {};
      const reading = this.desk.nextCard().then(async (card) => {
        expect(this.#uids).toContain(card.card.uid);
        await card.read(patience());
        found.card = card;
      });
      const code = await this.outcomeOf(reading);
      if (code === 'device_lost') await fires(this.desk.encoder.gone, '`gone`');
      if (found.card === undefined) continue;
      expect(found.card.card).toEqual(wanted);
      return found.card;
    }
    throw new Error(`the encoder does not work after ${MOST_TRIES} tries on a line that is well`);
  }

  /** Opens the device anew once it has come back after it was lost, under the same id. */
  async regain(): Promise<void> {
    await fires(this.desk.encoder.gone, '`gone`');
    this.#losses += 1;
    await this.desk.encoder[Symbol.asyncDispose]();
    await this.desk.news.until(
      `arrival ${this.#losses + 1} of ${this.desk.device.id}`,
      (seen) => arrivalsOf(this.desk.device.id, seen)[this.#losses],
    );
    await this.desk.reopen();
  }
}

/** Whether everything is tried, and not a sample of it. */
export const TRIES_EVERYTHING = process.env['CI'] === 'true';

/** Numbers from 1 to `last`: so many of them, evenly spread, with both ends; `times` as many where everything is tried. */
export function sample(last: number, count: number, times: number): number[] {
  const most = Math.min(last, TRIES_EVERYTHING ? times * count : count);
  if (most <= 1) return last < 1 ? [] : [1];
  const chosen = Array.from({ length: most }, (_, at) => 1 + Math.round((at * (last - 1)) / (most - 1)));
  return [...new Set(chosen)];
}
