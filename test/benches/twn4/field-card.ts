import { type Chip, type ChipAnswer, SILENCE } from '../../../drivers/virtual/chip.ts';
import type { CardFaults } from '../../../src/encoder/contract.ts';

/** A card of 125 kHz: nothing but a number, `bits` of it. */
export interface NumberTag {
  readonly type: number;
  readonly bits: number;
  readonly id: Uint8Array;
}

/** A card in the field of a simulated TWN4, with its faults. To be found counts as an exchange, as everything that it has to answer does. */
export class FieldCard {
  readonly kind: { readonly chip: Chip } | { readonly tag: NumberTag };
  readonly #faults: CardFaults;
  readonly #left = new AbortController();
  #exchanges = 0;

  constructor(kind: { readonly chip: Chip } | { readonly tag: NumberTag }, faults: CardFaults = {}) {
    this.kind = kind;
    this.#faults = faults;
  }

  /** How often it was spoken to. */
  get exchanges(): number {
    return this.#exchanges;
  }

  /** Takes the card out of the field for good. */
  leave(): void {
    this.#left.abort();
  }

  /** The card is called, and selected where it can be: whether it answers. */
  async find(): Promise<boolean> {
    const answer = await this.#meet(() => {
      if ('chip' in this.kind) this.kind.chip.activate();
      return { kind: 'ack' };
    });
    return answer.kind === 'ack';
  }

  /** Whether a card that is selected answers when it is called upon, without being sent anything. */
  async isThere(): Promise<boolean> {
    const answer = await this.#meet(() => ({ kind: 'ack' }));
    return answer.kind === 'ack';
  }

  /** What the chip says; silence when it has left, or leaves meanwhile. */
  exchange(command: Uint8Array): Promise<ChipAnswer> {
    return this.#meet(() => ('chip' in this.kind ? this.kind.chip.exchange(command) : SILENCE));
  }

  async #meet(answer: () => ChipAnswer): Promise<ChipAnswer> {
    this.#exchanges += 1;
    const exchange = this.#exchanges;
    const { pulledAt, delayMs, muteFrom } = this.#faults;
    const { signal } = this.#left;
    if (delayMs !== undefined) await passed(delayMs, signal);
    if (pulledAt?.exchange === exchange && pulledAt.moment === 'before') this.leave();
    if (signal.aborted || (muteFrom !== undefined && exchange >= muteFrom)) return SILENCE;
    const said = answer();
    if (pulledAt?.exchange === exchange) this.leave();
    return signal.aborted ? SILENCE : said;
  }
}

/** So many milliseconds, but no longer than until the card leaves. */
async function passed(ms: number, left: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const stop = () => over.resolve();
  const timer = setTimeout(stop, ms);
  left.addEventListener('abort', stop);
  if (left.aborted) stop();
  await over.promise;
  clearTimeout(timer);
  left.removeEventListener('abort', stop);
}
