import { expect, test } from 'vitest';
import { aesCmac } from '../../../../src/card/cmac.ts';
import { aes128, chainedCmac, tripleDes } from '../../../../src/card/desfire/block-cipher.ts';
import { crc32 } from '../../../../src/card/desfire/bytes.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';

/** NIST SP 800-38B examples. */
const MESSAGE = fromHex(
  '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710',
);

test.each([
  [0, 'BB1D6929E95937287FA37D129B756746'],
  [16, '070A16B46B4D4144F79BDD9DD04A287C'],
  [40, 'DFA66747DE9AE63030CA32611497C827'],
  [64, '51F0BEBF7E3B9D92FC49741779363CFE'],
])('the AES CMAC of %d bytes is the published one', (length, cmac) => {
  const key = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
  expect(toHex(chainedCmac(aes128(key), new Uint8Array(16), MESSAGE.subarray(0, length)))).toBe(cmac);
});

/** NIST, TDES_CMAC.pdf, two keys; single DES as proxmark3's own tests have it (client/src/mifare/desfiretest.c). */
test.each([
  ['0123456789ABCDEF23456789ABCDEF01', 0, '79CE52A7F786A960'],
  ['0123456789ABCDEF23456789ABCDEF01', 16, 'CC18A0B79AF2413B'],
  ['0123456789ABCDEF23456789ABCDEF01', 20, 'C06D377ECD101969'],
  ['0123456789ABCDEF23456789ABCDEF01', 32, '9CD33580F9B64DFB'],
  ['0123456789ABCDEF', 0, '86F79C13FD306E67'],
  ['0123456789ABCDEF', 16, 'BEA4212292462A85'],
  ['0123456789ABCDEF', 20, '3E2F8310C569275E'],
  ['0123456789ABCDEF', 32, '9D1FC4D4C0259132'],
])('the CMAC with the DES key %s of %d bytes is the published one', (key, length, cmac) => {
  const made = chainedCmac(tripleDes(fromHex(key)), new Uint8Array(8), MESSAGE.subarray(0, length));
  expect(toHex(made)).toBe(cmac);
});

test('a chain that does not begin with zeros gives another CMAC', () => {
  const key = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
  const chained = chainedCmac(aes128(key), new Uint8Array(16).fill(1), MESSAGE);
  expect(toHex(chained)).not.toBe(toHex(aesCmac(key, MESSAGE)));
});

test('each call begins with its own IV, whatever went before', () => {
  const [cipher, iv] = [aes128(new Uint8Array(16)), new Uint8Array(16).fill(7)];
  const enciphered = cipher.encrypt(iv, MESSAGE);
  for (let times = 0; times < 3; times += 1) {
    expect(cipher.encrypt(iv, MESSAGE)).toEqual(enciphered);
    expect(cipher.decrypt(iv, enciphered)).toEqual(MESSAGE);
    expect(cipher.encrypt(new Uint8Array(16), MESSAGE)).not.toEqual(enciphered);
  }
});

test('keys of impossible lengths are refused', () => {
  expect(() => aes128(new Uint8Array(15))).toThrow('16 bytes, not 15');
  expect(() => tripleDes(new Uint8Array(24))).toThrow('8 or 16 bytes, not 24');
});

/** proxmark3, TestCRC32: an answer, its status 00, its CRC. */
test('the CRC-32 is not inverted at its end', () => {
  expect(toHex(crc32(fromHex('04440F3276318000')))).toBe('99CE1AD4');
});
