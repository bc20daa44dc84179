/**
 * What a card is, as far as the reader can tell.
 * `uid_only` is any card of which nothing but the number can be used here; an Ultralight EV1 is named with its user memory in bytes.
 * `magnetic_stripe` (ISO/IEC 7811) and `proximity` (a number that the reader reckoned from what the card sent: Wiegand, EM4102) have no uid
 * of ISO/IEC 14443: theirs is the number itself.
 */
export const CARD_TECHNOLOGIES = [
  'mifare_classic_mini',
  'mifare_classic_1k',
  'mifare_classic_4k',
  'mifare_ultralight',
  'mifare_ultralight_c',
  'mifare_ultralight_ev1_48',
  'mifare_ultralight_ev1_128',
  'ntag213',
  'ntag215',
  'ntag216',
  'mifare_desfire',
  'iso14443_4',
  'magnetic_stripe',
  'proximity',
  'uid_only',
] as const;

export type CardTechnology = (typeof CARD_TECHNOLOGIES)[number];

/** A card in the field. */
export interface Card {
  /**
   * Upper-case hexadecimal, most significant byte first, as the card sends it: 4, 7 or 10 bytes (ISO/IEC 14443-3).
   * Of a `magnetic_stripe` or a `proximity` card, its number by `uidOfNumber`. A stripe without a number has one drawn for it, which it
   * gets when it is written.
   */
  readonly uid: string;
  readonly technology: CardTechnology;
}

/**
 * How a uid becomes a card number: which end of it is the most significant byte.
 * Readers that type numbers like a keyboard differ in this, so a site says which one its other systems use.
 */
export const CARD_NUMBER_FORMATS = ['uid_msb_first', 'uid_lsb_first'] as const;

export type CardNumberFormat = (typeof CARD_NUMBER_FORMATS)[number];

/** The one canonical form of a card's number: decimal digits, no sign, no leading zeros. A card whose uid is its number has no byte order. */
export function cardNumber({ uid, technology }: Card, format: CardNumberFormat): string {
  const bytes = uid.match(/../g) ?? [];
  const isReversed = format === 'uid_lsb_first' && !isNumbered(technology);
  const ordered = isReversed ? bytes.toReversed() : bytes;
  return BigInt(`0x${ordered.join('')}`).toString();
}

const NUMBER_BYTES = { least: 4, most: 10 };

/** The greatest number that a card without a uid may have: ten bytes of it. */
export const GREATEST_CARD_NUMBER = 2n ** BigInt(8 * NUMBER_BYTES.most) - 1n;

/** The uid of a card that is known by a number: 4 to 10 bytes. Throws a plain Error beyond GREATEST_CARD_NUMBER. */
export function uidOfNumber(number: bigint): string {
  if (number < 0n || number > GREATEST_CARD_NUMBER) throw new Error(`no card has the number ${number}`);
  const digits = number.toString(16).toUpperCase();
  const bytes = Math.max(Math.ceil(digits.length / 2), NUMBER_BYTES.least);
  return digits.padStart(2 * bytes, '0');
}

/**
 * True for a number that the card draws anew each time it is powered: a 4-byte uid that begins with 08
 * (ISO/IEC 14443-3, table "UID0 description"). Phones and cards with random ID do this; such a number identifies nobody.
 */
export function hasRandomUid({ uid, technology }: Card): boolean {
  return uid.length === 8 && uid.startsWith('08') && !isNumbered(technology);
}

/** Whether a card of this kind is known by its number, and has no uid of its own. */
function isNumbered(technology: CardTechnology): boolean {
  return technology === 'magnetic_stripe' || technology === 'proximity';
}
