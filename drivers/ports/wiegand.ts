/**
 * Wiegand: what a proximity reader sends of a card, some 26 to 64 bits with parity bits among them, and what number they stand for.
 * Pure. Bits are counted from 0 in the order in which they are sent; in a field, the first bit sent is the most significant.
 */

/** The bits of a card: `value` has the first bit sent as its most significant of `count`. */
export interface WiegandBits {
  readonly count: number;
  readonly value: bigint;
}

/** Bits `first` to `last`, both included. */
export interface BitRange {
  readonly first: number;
  readonly last: number;
}

/** With bit `bit`, the ones among the bits `over` (without `bit` itself) are even, or odd, in number. */
export interface WiegandParity {
  readonly bit: number;
  readonly kind: 'even' | 'odd';
  readonly over: readonly number[];
}

/** How the bits of one length are to be read. Ranges and parity bits lie within `bits`. */
export interface WiegandFormat {
  readonly name: string;
  /** All bits, parity included. */
  readonly bits: number;
  readonly facility: BitRange | null;
  readonly number: BitRange;
  readonly parities: readonly WiegandParity[];
}

/** What the bits say. `facility` is null in a format without one. */
export interface WiegandNumber {
  readonly format: WiegandFormat;
  readonly facility: bigint | null;
  readonly number: bigint;
}

export type WiegandReading =
  | ({ readonly kind: 'number' } & WiegandNumber)
  /** None of the formats has so many bits. */
  | { readonly kind: 'unknown_length'; readonly bits: number }
  /** Of every format of this length, which parity bits do not hold: the card was misread, or is of another format. */
  | { readonly kind: 'parity_wrong'; readonly wrong: readonly WrongParity[] };

export interface WrongParity {
  readonly format: WiegandFormat;
  /** Parity bits by their place. */
  readonly parityBits: readonly number[];
}

/** Bits that a reader has cut off, because it was told that they are parity. */
export interface CutBits {
  readonly leading: number;
  readonly trailing: number;
}

const NOTHING_CUT: CutBits = { leading: 0, trailing: 0 };

/** Bits from text, first sent first: `'10110'`. Throws a plain Error on any other character. */
export function wiegandBits(text: string): WiegandBits {
  if (!/^[01]+$/.test(text)) throw new Error('bits are written as 0 and 1');
  return { count: text.length, value: BigInt(`0b${text}`) };
}

/**
 * Reads the bits by the first format of their length whose parities hold. `cut` are bits that are missing at both ends: the length is then
 * counted with them, parities that need one of them are not checked, and a format that has a field there does not fit.
 */
export function parseWiegand(
  bits: WiegandBits,
  formats: readonly WiegandFormat[],
  cut: CutBits = NOTHING_CUT,
): WiegandReading {
  const length = bits.count + cut.leading + cut.trailing;
  const value = bits.value << BigInt(cut.trailing);
  const present: BitRange = { first: cut.leading, last: length - 1 - cut.trailing };
  const fitting = formats.filter((format) => format.bits === length && fieldsLieIn(format, present));
  const wrong: WrongParity[] = [];
  for (const format of fitting) {
    const parityBits = format.parities
      .filter((parity) => [parity.bit, ...parity.over].every((bit) => liesIn(bit, present)))
      .filter((parity) => !holds(parity, value, length))
      .map(({ bit }) => bit);
    if (parityBits.length > 0) {
      wrong.push({ format, parityBits });
      continue;
    }
    const facility = format.facility && field(value, length, format.facility);
    return { kind: 'number', format, facility, number: field(value, length, format.number) };
  }
  return wrong.length > 0 ? { kind: 'parity_wrong', wrong } : { kind: 'unknown_length', bits: length };
}

/**
 * The bits of a card with this number, parities set, bits that belong to no field 0. Parities are set in the order of the format, last to first,
 * so that one may count another that stands after it in the list. Throws a plain Error when a number does not fit its field.
 */
export function encodeWiegand({ format, facility, number }: WiegandNumber): WiegandBits {
  if ((facility === null) !== (format.facility === null)) {
    throw new Error(`${format.name} has ${format.facility ? 'a' : 'no'} facility code`);
  }
  let value = placed(number, format.number, format);
  if (facility !== null && format.facility !== null) value |= placed(facility, format.facility, format);
  for (const parity of format.parities.toReversed()) {
    if (!holds(parity, value, format.bits)) value ^= maskOf(parity.bit, format.bits);
  }
  return { count: format.bits, value };
}

/** The facility code followed by the number in as many decimal digits as its field's greatest value has: 17 and 1234 of H10301 are 1701234. */
export function facilityAndNumber({ format, facility, number }: WiegandNumber): bigint {
  if (facility === null) return number;
  const digits = greatest(format.number).toString().length;
  return facility * 10n ** BigInt(digits) + number;
}

/** The greatest value of a field. */
export function greatest(range: BitRange): bigint {
  return 2n ** BigInt(range.last - range.first + 1) - 1n;
}

function field(value: bigint, length: number, range: BitRange): bigint {
  return (value >> BigInt(length - 1 - range.last)) & greatest(range);
}

function placed(number: bigint, range: BitRange, format: WiegandFormat): bigint {
  if (number < 0n || number > greatest(range)) {
    throw new Error(`${format.name} has no room for ${number} in bits ${range.first} to ${range.last}`);
  }
  return number << BigInt(format.bits - 1 - range.last);
}

function holds({ bit, kind, over }: WiegandParity, value: bigint, length: number): boolean {
  let isOdd = false;
  for (const at of [bit, ...over]) if ((value & maskOf(at, length)) !== 0n) isOdd = !isOdd;
  return isOdd === (kind === 'odd');
}

function maskOf(bit: number, length: number): bigint {
  return 1n << BigInt(length - 1 - bit);
}

function fieldsLieIn({ facility, number }: WiegandFormat, present: BitRange): boolean {
  return [number, ...(facility ? [facility] : [])].every(
    ({ first, last }) => liesIn(first, present) && liesIn(last, present),
  );
}

function liesIn(bit: number, { first, last }: BitRange): boolean {
  return bit >= first && bit <= last;
}
