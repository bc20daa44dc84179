/**
 * The characters of ISO/IEC 7811-2 as bits: 7 bits a character on track 1, 5 on tracks 2 and 3, the lowest one first, the last one odd parity;
 * between a start and an end sentinel, and followed by a longitudinal redundancy check (LRC): each of its bits makes the number of ones in its column
 * even, from the start sentinel on, but for its parity, which is its own. Zeros before and after are clock, and mean nothing.
 */
export interface Alphabet {
  /** Bits of a character, with its parity. */
  readonly bits: 5 | 7;
  /** The character of value 0; the others follow in the order of ASCII. */
  readonly first: number;
  readonly start: string;
}

export const TRACK_1: Alphabet = { bits: 7, first: 0x20, start: '%' };
export const TRACKS_2_AND_3: Alphabet = { bits: 5, first: 0x30, start: ';' };

const END = '?';

/** What the bits of a track say. */
export type DecodedTrack =
  | { readonly kind: 'data'; readonly text: string }
  /** No bit is set. */
  | { readonly kind: 'empty' }
  /** `parityErrors` counts characters, the LRC among them. */
  | {
      readonly kind: 'unreadable';
      readonly why: 'no_start' | 'no_end' | 'parity' | 'lrc';
      readonly parityErrors: number;
    };

/** The bits of a text without sentinels, in the order in which they pass the head: one byte a bit, 0 or 1. Throws a plain Error on what the alphabet lacks. */
export function encodeTrack(text: string, alphabet: Alphabet): Uint8Array {
  const values = [...`${alphabet.start}${text}${END}`].map((character) => valueIn(character, alphabet));
  const lrc = values.reduce((sum, value) => sum ^ value, 0);
  return Uint8Array.from([...values, lrc].flatMap((value) => bitsOf(value, alphabet.bits)));
}

/** Reads bits in the order in which they pass the head: one byte a bit, 0 or 1. What follows the LRC is not looked at. */
export function decodeTrack(bits: Uint8Array, alphabet: Alphabet): DecodedTrack {
  const begin = bits.indexOf(1);
  if (begin < 0) return { kind: 'empty' };
  if (characterAt(bits, begin, alphabet).character !== alphabet.start) return unreadable('no_start', 0);
  let text = '';
  let lrc = 0;
  let parityErrors = 0;
  for (let at = begin; ; at += alphabet.bits) {
    if (at + 2 * alphabet.bits > bits.length) return unreadable('no_end', parityErrors);
    const { value, character, isOdd } = characterAt(bits, at, alphabet);
    lrc ^= value;
    text += character;
    if (!isOdd) parityErrors += 1;
    if (character !== END) continue;
    const check = characterAt(bits, at + alphabet.bits, alphabet);
    if (!check.isOdd) parityErrors += 1;
    if (parityErrors > 0) return unreadable('parity', parityErrors);
    return check.value === lrc ? { kind: 'data', text: text.slice(1, -1) } : unreadable('lrc', 0);
  }
}

/** Bits to the bytes of a raw write: `bitsPerByte` of them each, the first one lowest. */
export function toRawWrite(bits: Uint8Array, bitsPerByte: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / bitsPerByte));
  bits.forEach((bit, at) => {
    const byte = Math.floor(at / bitsPerByte);
    bytes[byte] = (bytes[byte] ?? 0) | ((bit & 1) << (at % bitsPerByte));
  });
  return bytes;
}

/** Bytes of a raw read to bits: `bitsPerByte` of each, the first one highest. */
export function fromRawRead(bytes: Uint8Array, bitsPerByte: number): Uint8Array {
  return Uint8Array.from(
    { length: bytes.length * bitsPerByte },
    (_, at) => ((bytes[Math.floor(at / bitsPerByte)] ?? 0) >> (bitsPerByte - 1 - (at % bitsPerByte))) & 1,
  );
}

function characterAt(bits: Uint8Array, at: number, { bits: width, first }: Alphabet) {
  let value = 0;
  let ones = 0;
  for (let bit = 0; bit < width; bit++) {
    const isSet = (bits[at + bit] ?? 0) & 1;
    ones += isSet;
    if (bit < width - 1) value |= isSet << bit;
  }
  return { value, character: String.fromCharCode(first + value), isOdd: ones % 2 === 1 };
}

function bitsOf(value: number, width: number): number[] {
  const data = Array.from({ length: width - 1 }, (_, bit) => (value >> bit) & 1);
  const ones = data.reduce((sum, bit) => sum + bit, 0);
  return [...data, (ones + 1) % 2];
}

function valueIn(character: string, { bits, first }: Alphabet): number {
  const value = character.charCodeAt(0) - first;
  if (value < 0 || value >= 1 << (bits - 1)) throw new Error('the track cannot hold this character');
  return value;
}

function unreadable(why: 'no_start' | 'no_end' | 'parity' | 'lrc', parityErrors: number): DecodedTrack {
  return { kind: 'unreadable', why, parityErrors };
}
