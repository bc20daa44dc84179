/*
 * The few things of DER (ITU-T X.690, sections 8 and 10) that a certificate is written with. Everything returns the whole element: tag,
 * length and content.
 */

/** An element with this tag, and these contents one after the other. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);
}

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.from([0x80 | digits.length, ...digits]);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => element(0x30, ...contents);

export const set = (...contents: readonly Uint8Array[]): Buffer => element(0x31, ...contents);

/** `bytes`: big endian, the first not above 0x7F. */
export const integer = (bytes: Uint8Array): Buffer => element(0x02, bytes);

export const TRUE = element(0x01, Buffer.from([0xff]));

/** All the bits of the bytes but so many at the end. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  element(0x03, Buffer.from([unusedBits]), bytes);

export const octetString = (content: Uint8Array): Buffer => element(0x04, content);

export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text));

/** `1.2.840.10045.4.3.2` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([40 * first + second, ...others.flatMap(base128)]));
}

function base128(number: number): readonly number[] {
  const digits = [number & 0x7f];
  for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** An element of this number that only its place gives a meaning to, with elements in it. */
export const tagged = (number: number, ...contents: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...contents);

/** The same with plain bytes in it. */
export const taggedBytes = (number: number, bytes: Uint8Array): Buffer => element(0x80 | number, bytes);

/** A time to the second, written as RFC 5280, section 4.1.2.5, wants it: with two digits for the year until 2049. */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`;
  return at.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}
