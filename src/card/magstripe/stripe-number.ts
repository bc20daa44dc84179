import { type Card, cardNumber, GREATEST_CARD_NUMBER } from '../../model/card.ts';
import type { StripeTrack, StripeTracks } from '../link.ts';

/**
 * The number of a card by its stripe, decimal digits without leading zeros: the digits with which track 2 begins, or else track 3. Null: it has
 * none, or one that no card can have. What encoders make a uid of (uidOfNumber).
 */
export function numberOnStripe([, track2, track3]: StripeTracks): string | null {
  return leadingNumber(track2) ?? leadingNumber(track3);
}

/** Whether the card's number is not on its stripe: it was drawn for one that has none. */
export function isNumberDrawn([, track2, track3]: StripeTracks, card: Card): boolean {
  const number = cardNumber(card, 'uid_msb_first');
  return leadingNumber(track2) !== number && leadingNumber(track3) !== number;
}

/** Whether a stripe that was swiped is seen to be another card than that of this number. One without a number may be any. */
export function isNumberOfAnother([, track2, track3]: StripeTracks, number: string): boolean {
  const found = [leadingNumber(track2), leadingNumber(track3)].filter((one) => one !== null);
  return found.length > 0 && !found.includes(number);
}

function leadingNumber(track: StripeTrack): string | null {
  const [digits] = (track.kind === 'data' && /^\d+/.exec(track.text)) || [];
  if (digits === undefined) return null;
  const number = BigInt(digits);
  return number > GREATEST_CARD_NUMBER ? null : number.toString();
}
