import { expect, test } from 'vitest';
import { aesCmac, aesCmacPadded, aesCmacSubkeys } from '../../../src/card/cmac.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

/** NIST SP 800-38B, examples for AES-128; the same as RFC 4493 section 4. */
const KEY = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
const MESSAGE = fromHex(
  '6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51 30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710'.replaceAll(
    ' ',
    '',
  ),
);

test.each([
  [0, 'BB1D6929E95937287FA37D129B756746'],
  [16, '070A16B46B4D4144F79BDD9DD04A287C'],
  [40, 'DFA66747DE9AE63030CA32611497C827'],
  [64, '51F0BEBF7E3B9D92FC49741779363CFE'],
])('the CMAC of the first %d bytes of the published message is the published one', (length, tag) => {
  expect(toHex(aesCmac(KEY, MESSAGE.subarray(0, length)))).toBe(tag);
});

test('the subkeys are the published ones', () => {
  const { k1, k2 } = aesCmacSubkeys(KEY);
  expect(toHex(k1)).toBe('FBEED618357133667C85E08F7236A8DE');
  expect(toHex(k2)).toBe('F7DDAC306AE266CCF90BC11EE46D513B');
});

test('a message that is padded to its own whole blocks has its ordinary CMAC', () => {
  for (const length of [1, 15, 16, 17, 31, 32, 64]) {
    const message = MESSAGE.subarray(0, length);
    expect(aesCmacPadded(KEY, message, Math.ceil(length / 16) * 16)).toEqual(aesCmac(KEY, message));
  }
});

test('padding by a whole block more gives another CMAC', () => {
  const message = MESSAGE.subarray(0, 8);
  expect(aesCmacPadded(KEY, message, 32)).not.toEqual(aesCmac(KEY, message));
});

test('a message is left as it was', () => {
  const message = Uint8Array.from(MESSAGE);
  aesCmac(KEY, message);
  expect(message).toEqual(MESSAGE);
});

test('keys and paddings of impossible lengths are refused', () => {
  expect(() => aesCmac(KEY.subarray(1), MESSAGE)).toThrow('16 bytes, not 15');
  expect(() => aesCmacPadded(KEY, MESSAGE, 48)).toThrow('64 bytes cannot be padded to 48');
  expect(() => aesCmacPadded(KEY, MESSAGE, 65)).toThrow('whole blocks');
});
