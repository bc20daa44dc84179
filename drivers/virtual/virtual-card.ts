import type { CardFaults, DesfireGeneration } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { Chip } from './chip.ts';
import { contactlessAtr } from './contactless-atr.ts';
import { createChip } from './create-chip.ts';
import { emptyKeySlots, ReaderFace, type ReaderKeySlots } from './reader-face.ts';

export interface VirtualCardOptions {
  readonly technology: CardTechnology;
  /** Hexadecimal; 7 bytes for NTAG and DESFire, 4 or 7 for a Classic, 4, 7 or 10 for `uid_only`. */
  readonly uid: string;
  /** As `VirtualCard.memory` gave it; absent: as from the factory. */
  readonly memory?: Uint8Array;
  /** Of a DESFire from the factory; absent: EV3. */
  readonly generation?: DesfireGeneration;
  readonly faults?: CardFaults;
  /** The key memory of the reader on which the card lies; absent: one of its own, empty. */
  readonly keySlots?: ReaderKeySlots;
  /** Called when a fault takes the card out of the field, right when it happens. */
  readonly onPulled?: () => void;
}

/**
 * A contactless card on a PC/SC reader: APDUs in, answers out. The same class stands behind the virtual encoder and behind the driver of a
 * real pcscd.
 */
export class VirtualCard {
  readonly technology: CardTechnology;
  /** Upper-case hexadecimal. */
  readonly uid: string;
  readonly atr: Uint8Array;
  /** The card without the reader, for a simulated reader that speaks to it natively. */
  readonly chip: Chip;
  readonly #face: ReaderFace;
  readonly #faults: CardFaults;
  readonly #onPulled: () => void;
  readonly #left = new AbortController();
  #exchanges = 0;

  /**
   * Throws an EncoderError `card_unsupported` for a kind of card that is not simulated or a uid that its kind cannot have,
   * a plain Error for a memory that is not this card's.
   */
  constructor(options: VirtualCardOptions) {
    this.technology = options.technology;
    this.uid = options.uid.toUpperCase();
    this.chip = createChip(options.technology, this.uid, options.memory, options.generation);
    this.atr = contactlessAtr(this.chip);
    this.#face = new ReaderFace(this.chip, options.keySlots ?? emptyKeySlots());
    this.#faults = options.faults ?? {};
    this.#onPulled = options.onPulled ?? (() => {});
    this.activate();
  }

  /** Everything on the card that outlives the field, hidden keys too: a copy. */
  get memory(): Uint8Array {
    return this.chip.memory;
  }

  /** Grows with every change of the memory. */
  get revision(): number {
    return this.chip.revision;
  }

  /** Power on or reset: what was authenticated is not any more. */
  activate(): void {
    this.#face.activate();
  }

  /**
   * Takes the card out of the field for good; what is under way then, and everything after, rejects.
   * To put it back, make a new card with this one's memory.
   */
  pull(): void {
    this.#left.abort(new EncoderError('card_removed', 'the card has left the field'));
  }

  /**
   * One exchange. Rejects with an EncoderError `card_removed` when the card has left, or leaves meanwhile; while the card is mute,
   * nothing comes until then.
   */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    const exchange = ++this.#exchanges;
    const { pulledAt, delayMs, muteFrom } = this.#faults;
    if (muteFrom !== undefined && exchange >= muteFrom) await this.#pause(undefined);
    else if (delayMs !== undefined) await this.#pause(delayMs);
    if (pulledAt?.exchange === exchange && pulledAt.moment === 'before') this.#pullByFault();
    this.#left.signal.throwIfAborted();
    const answer = this.#face.transmit(apdu);
    if (pulledAt?.exchange === exchange) this.#pullByFault();
    this.#left.signal.throwIfAborted();
    return answer;
  }

  #pullByFault(): void {
    if (this.#left.signal.aborted) return;
    this.pull();
    this.#onPulled();
  }

  /** Waits so many milliseconds, or for ever, but no longer than until the card leaves. */
  #pause(delayMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (this.#left.signal.aborted) {
        resolve();
        return;
      }
      const timer = delayMs === undefined ? undefined : setTimeout(done, delayMs);
      // A card that is slow must not keep a process from ending.
      timer?.unref();
      const { signal } = this.#left;
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}
