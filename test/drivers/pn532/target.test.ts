import { describe, expect, test } from 'vitest';
import { familyOf, readTargets } from '../../../drivers/pn532/target.ts';
import { fromHex } from '../../../src/card/hex.ts';

const CLASSIC = { uid: 'A1B2C3D4', atqa: 0x0004, sak: 0x08 };
const TAG = { uid: '04A2C3F1D25E80', atqa: 0x0044, sak: 0x00 };
const DESFIRE = { uid: '04782E21801D80', atqa: 0x0344, sak: 0x20 };

describe('readTargets', () => {
  // Answers to InListPassiveTarget without D5 4B, as UM0701-02, section 7.3.5, lays them out.
  test.each([
    ['no card', '00', []],
    ['a uid of 4 bytes', '0101 0004 08 04 A1B2C3D4', [CLASSIC]],
    ['a uid of 7 bytes', '0101 0044 00 07 04A2C3F1D25E80', [TAG]],
    ['an ATS', '0101 0344 20 07 04782E21801D80 06 75 77 81 02 80', [DESFIRE]],
    ['two cards', '0201 0004 08 04 A1B2C3D4 02 0044 00 07 04A2C3F1D25E80', [CLASSIC, TAG]],
    [
      'a card behind an ATS',
      '0201 0344 20 07 04782E21801D80 06 75 77 81 02 80 02 0004 08 04 A1B2C3D4',
      [DESFIRE, CLASSIC],
    ],
    ['a card without the ATS that its SAK promises', '0101 0344 20 07 04782E21801D80', [DESFIRE]],
  ])('reads %s', (_, hex, targets) => {
    expect(readTargets(fromHex(hex.replaceAll(' ', '')))).toEqual(targets);
  });

  test.each([
    ['a card that is not there', '01'],
    ['half a card', '0101 0004 08 04 A1B2'],
    ['a uid of 5 bytes', '0101 0004 08 05 A1B2C3D4E5'],
    ['a uid of none', '0101 0004 08 00'],
    ['a second card that is not there', '0201 0004 08 04 A1B2C3D4'],
    ['nonsense', 'FFFFFFFFFF'],
  ])('refuses %s', (_, hex) => {
    expect(() => readTargets(fromHex(hex.replaceAll(' ', '')))).toThrow(/no list of cards/);
  });
});

test.each([
  [CLASSIC, 'mifare_classic_1k'],
  [{ ...CLASSIC, sak: 0x18 }, 'mifare_classic_4k'],
  [{ ...CLASSIC, sak: 0x09 }, 'mifare_classic_mini'],
  [{ ...CLASSIC, sak: 0x88 }, 'mifare_classic_1k'],
  [TAG, 'mifare_ultralight'],
  [{ ...TAG, atqa: 0x0004 }, 'uid_only'],
  [DESFIRE, 'iso14443_4'],
  // A SmartMX with MIFARE Classic on it is spoken to by APDUs.
  [{ ...CLASSIC, sak: 0x28 }, 'iso14443_4'],
  [{ ...CLASSIC, sak: 0x01 }, 'uid_only'],
] as const)('%o belongs to %s', (target, family) => {
  expect(familyOf(target)).toBe(family);
});
