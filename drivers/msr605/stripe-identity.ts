import { randomInt } from 'node:crypto';
import type { StripeTracks } from '../../src/card/link.ts';
import { numberOnStripe } from '../../src/card/magstripe/stripe-number.ts';
import { uidOfNumber } from '../../src/model/card.ts';

/** A card on which a write began, and of which nobody knows how it ended. */
interface TornStripe {
  readonly uid: string;
  /** The number that was being written on it; null: none. */
  readonly number: string | null;
}

/**
 * What the cards of one encoder are known by, for as long as the driver runs: a stripe has no uid, so its number makes one, and one that has no number gets a number that is drawn. The stripe of a
 * write that did not end may have lost its number: the next one that can be it is taken for it, so that it can be repaired.
 */
export class StripeIdentity {
  #torn: TornStripe | undefined;

  /** The uid of a card that was swiped. */
  uidOf(tracks: StripeTracks): string {
    const number = numberOnStripe(tracks);
    const torn = this.#torn;
    if (torn !== undefined && (number === null || number === torn.number)) return torn.uid;
    const uid = uidOfNumber(number === null ? drawnNumber() : BigInt(number));
    if (uid !== torn?.uid) this.#torn = undefined;
    return uid;
  }

  /** A write begins: `written` is what will be on the stripe then. */
  tears(uid: string, written: StripeTracks): void {
    this.#torn = { uid, number: numberOnStripe(written) };
  }

  /** The write was read back. */
  heals(uid: string): void {
    if (this.#torn?.uid === uid) this.#torn = undefined;
  }
}

/** Ten digits, the first of them not 0. */
function drawnNumber(): bigint {
  return BigInt(randomInt(1_000_000_000, 10_000_000_000));
}
