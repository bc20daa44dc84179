import type { Chip, ChipAnswer } from '../../../drivers/virtual/chip.ts';
import { SILENCE } from '../../../drivers/virtual/chip.ts';
import type { CardFaults } from '../../../src/encoder/contract.ts';

/**
 * A card made of code in the field of a simulated PN532, with its faults. Being selected counts as an exchange, as everything that it has to answer
 * does.
 */
export class PlacedCard {
  readonly chip: Chip;
  readonly #faults: CardFaults;
  readonly #left = new AbortController();
  #exchanges = 0;

  constructor(chip: Chip, faults: CardFaults = {}) {
    this.chip = chip;
    this.#faults = faults;
  }

  get isThere(): boolean {
    return !this.#left.signal.aborted;
  }

  /** How often it was spoken to. */
  get exchanges(): number {
    return this.#exchanges;
  }

  /** Takes the card out of the field for good. */
  leave(): void {
    this.#left.abort();
  }

  /** Whether the card lets itself be selected. */
  async select(): Promise<boolean> {
    const answer = await this.#meet(() => {
      this.chip.activate();
      return { kind: 'ack' };
    });
    return answer.kind === 'ack';
  }

  /** What the card says; silence when it has left, or leaves meanwhile. */
  exchange(command: Uint8Array): Promise<ChipAnswer> {
    return this.#meet(() => this.chip.exchange(command));
  }

  async #meet(answer: () => ChipAnswer): Promise<ChipAnswer> {
    const exchange = ++this.#exchanges;
    const { pulledAt, delayMs, muteFrom } = this.#faults;
    if (delayMs !== undefined) await this.#pause(delayMs);
    const isPulled = pulledAt?.exchange === exchange;
    if (isPulled && pulledAt.moment === 'before') this.leave();
    if (!this.isThere || (muteFrom !== undefined && exchange >= muteFrom)) return SILENCE;
    const said = answer();
    if (isPulled) this.leave();
    return this.isThere ? said : SILENCE;
  }

  /** No longer than until the card leaves. */
  #pause(delayMs: number): Promise<void> {
    const { signal } = this.#left;
    return new Promise((resolve) => {
      const timer = setTimeout(done, delayMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      if (signal.aborted) done();
      signal.addEventListener('abort', done);
    });
  }
}
