/**
 * What a card is, as far as the reader can tell.
 * `uid_only` is any card of which nothing but the number can be used here; an Ultralight EV1 is named with its user memory in bytes.
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
  'uid_only',
] as const;

export type CardTechnology = (typeof CARD_TECHNOLOGIES)[number];

/** A card in the field. */
export interface Card {
  /** Upper-case hexadecimal, most significant byte first, as the card sends it: 4, 7 or 10 bytes (ISO/IEC 14443-3). */
  readonly uid: string;
  readonly technology: CardTechnology;
}

/**
 * How a uid becomes a card number: which end of it is the most significant byte.
 * Readers that type numbers like a keyboard differ in this, so a site says which one its other systems use.
 */
export const CARD_NUMBER_FORMATS = ['uid_msb_first', 'uid_lsb_first'] as const;

export type CardNumberFormat = (typeof CARD_NUMBER_FORMATS)[number];

/** The one canonical form of a card's number: decimal digits, no sign, no leading zeros. */
export function cardNumber(uid: string, format: CardNumberFormat): string {
  const bytes = uid.match(/../g) ?? [];
  const ordered = format === 'uid_msb_first' ? bytes : bytes.toReversed();
  return BigInt(`0x${ordered.join('')}`).toString();
}

/**
 * True for a number that the card draws anew each time it is powered: a 4-byte uid that begins with 08
 * (ISO/IEC 14443-3, table "UID0 description"). Phones and cards with random ID do this; such a number identifies nobody.
 */
export function isRandomUid(uid: string): boolean {
  return uid.length === 8 && uid.startsWith('08');
}
