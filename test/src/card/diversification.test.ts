import { expect, test } from 'vitest';
import { aesCmac, aesCmacPadded } from '../../../src/card/cmac.ts';
import {
  classicKey,
  desfireKey,
  desfirePiccKey,
  diversifyAes128,
  ntagPassword,
  recordKey,
} from '../../../src/card/diversification.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { KEY_PURPOSES } from '../../../src/card/site-keys.ts';
import { siteKeyVersion } from './site-key-version.ts';

const KEYS = siteKeyVersion(1);
const UID = '04A2B3C4D5E680';

test.each([
  // NXP AN10922 section 2.2.1
  [
    '00112233445566778899AABBCCDDEEFF',
    '04782E21801D803042F54E585020416275',
    'A8DD63A3B89D54B37CA802473FDA9175',
  ],
  // An input of less than a block, which a CMAC without the padding to 32 bytes gets wrong.
  ['F3F9377698707B688EAF84ABE39E3791', '04DEADBEEFFEED', '0BB408BAFF98B6EE9F2E1585777F6A51'],
])('master key %s and input %s give the published key', (master, input, key) => {
  expect(toHex(diversifyAes128(fromHex(master), fromHex(input)))).toBe(key);
});

test('an input is 1 to 31 bytes, and the longest is not padded', () => {
  const longest = new Uint8Array(31).fill(7);
  expect(diversifyAes128(KEYS.keys.record, longest)).toEqual(
    aesCmac(KEYS.keys.record, Uint8Array.of(0x01, ...longest)),
  );
  expect(() => diversifyAes128(KEYS.keys.record, new Uint8Array(0))).toThrow('1 to 31 bytes, not 0');
  expect(() => diversifyAes128(KEYS.keys.record, new Uint8Array(32))).toThrow('1 to 31 bytes, not 32');
});

const picc = desfirePiccKey(KEYS, UID);
const password = ntagPassword(KEYS, UID);

test.each([
  ['the record', recordKey(KEYS, UID), KEYS.keys.record, `${UID} 524543`],
  [
    'an NTAG',
    Uint8Array.of(...password.password, ...password.pack),
    KEYS.keys.ntag_password,
    `${UID} 505744`,
  ],
  ['reading sector 5', classicKey(KEYS, UID, 'read', 5), KEYS.keys.classic_read, `${UID} 05 41`],
  ['writing sector 39', classicKey(KEYS, UID, 'write', 39), KEYS.keys.classic_write, `${UID} 27 42`],
  ['key 0 of F48EF1', desfireKey(KEYS, UID, 0xf48ef1, 0), KEYS.keys.desfire_master, `${UID} F18EF4 00`],
  ['key 1 of F48EF1', desfireKey(KEYS, UID, 0xf48ef1, 1), KEYS.keys.desfire_write, `${UID} F18EF4 01`],
  ['key 2 of F48EF1', desfireKey(KEYS, UID, 0xf48ef1, 2), KEYS.keys.desfire_read, `${UID} F18EF4 02`],
  ['the PICC', picc, KEYS.keys.desfire_picc, `${UID} 000000 00`],
])('the key of %s is made from its own master key and input', (_, key, master, input) => {
  const whole = aesCmacPadded(master, fromHex(`01${input}`), 32);
  expect(toHex(key)).toBe(toHex(whole.subarray(0, key.length)));
});

test('keys have the lengths that their cards want', () => {
  expect([password.password.length, password.pack.length]).toEqual([4, 2]);
  expect(classicKey(KEYS, UID, 'read', 1).length).toBe(6);
  expect([picc.length, recordKey(KEYS, UID).length, desfireKey(KEYS, UID, 1, 0).length]).toEqual([
    16, 16, 16,
  ]);
});

test('no two purposes of a version share a master key here', () => {
  expect(new Set(KEY_PURPOSES.map((purpose) => toHex(KEYS.keys[purpose]))).size).toBe(KEY_PURPOSES.length);
});
