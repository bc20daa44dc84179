import { EncoderError } from '../../src/encoder/errors.ts';
import { type Card, uidOfNumber } from '../../src/model/card.ts';
import type { CutBits, WiegandBits } from '../ports/wiegand.ts';
import { cardNumberOf, type WiegandSettings } from '../ports/wiegand-options.ts';

/** What the bits of a card make of it. */
export type Numbering =
  /** `isRaw`: no format said what the bits are. */
  | { readonly kind: 'card'; readonly card: Card; readonly isRaw: boolean }
  /** A number that is not certain is no number: the error is `card_unsupported`, and says what can be done. It does not say the number. */
  | { readonly kind: 'refused'; readonly error: EncoderError };

/** What card has these bits. The reader does not check parities: here is where a misread is noticed. */
export function numbered(bits: WiegandBits, settings: WiegandSettings, cut: CutBits): Numbering {
  const found = cardNumberOf(bits, settings, cut);
  const cutCount = cut.leading + cut.trailing;
  if (found.kind === 'number' && found.format === null && cutCount > 0 && settings.cardNumber !== 'raw') {
    const message =
      `the card has ${bits.count + cutCount} bits, as no format has, and the reader cuts ${cutCount} of them off: ` +
      'describe its format in custom_formats, or set iLeadParityBitCnt and iTrailParityBitCnt of the reader to 0';
    return { kind: 'refused', error: new EncoderError('card_unsupported', message) };
  }
  if (found.kind === 'number') {
    const card: Card = { uid: uidOfNumber(found.number), technology: 'proximity' };
    return { kind: 'card', card, isRaw: found.format === null };
  }
  const wrong = found.wrong.map(
    ({ format, parityBits }) => `${format.name} (parity bit ${parityBits.join(', ')})`,
  );
  const message =
    `the card has ${bits.count + cutCount} bits, and is neither of ${wrong.join(' nor of ')}: ` +
    'put it down once more; if that does not help, describe its format in custom_formats, or set card_number: raw';
  return { kind: 'refused', error: new EncoderError('card_unsupported', message) };
}

/** A card that is longer than the reader's reports. */
export function tooLong(bits: number, most: number): EncoderError {
  const message = `the card has ${bits} bits, and this reader hands out no more than ${most}: use another kind of card`;
  return new EncoderError('card_unsupported', message);
}
