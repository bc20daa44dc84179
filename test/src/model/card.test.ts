import { describe, expect, test } from 'vitest';
import { cardNumber, GREATEST_CARD_NUMBER, hasRandomUid, uidOfNumber } from '../../../src/model/card.ts';

describe('cardNumber', () => {
  test.each([
    ['4 bytes', '04A1B2C3', '77705923', '3283263748'],
    ['7 bytes', '04A1B2C3D4E5F6', '1303689068602870', '69495546249912580'],
    ['10 bytes', '0102030405060708090A', '4759477275222530853130', '47390263963055590408705'],
    ['zeros at the front', '000000FF', '255', '4278190080'],
    ['zeros at the end', 'FF000000', '4278190080', '255'],
    ['nothing but zeros', '00000000', '0', '0'],
    ['all bits of 7 bytes', 'FFFFFFFFFFFFFF', '72057594037927935', '72057594037927935'],
  ])('of %s is exact, in both byte orders', (_, uid, msbFirst, lsbFirst) => {
    expect(cardNumber({ uid, technology: 'mifare_desfire' }, 'uid_msb_first')).toBe(msbFirst);
    expect(cardNumber({ uid, technology: 'mifare_desfire' }, 'uid_lsb_first')).toBe(lsbFirst);
  });

  test('has no sign, no leading zeros and nothing but digits', () => {
    for (const uid of ['00000001', '80000000', '00A1B2C3D4E5F6', 'FFFFFFFFFFFFFFFFFFFF']) {
      expect(cardNumber({ uid, technology: 'mifare_desfire' }, 'uid_msb_first')).toMatch(/^(0|[1-9]\d*)$/);
      expect(cardNumber({ uid, technology: 'mifare_desfire' }, 'uid_lsb_first')).toMatch(/^(0|[1-9]\d*)$/);
    }
  });
});

describe('the uid of a card that is known by its number', () => {
  test.each([
    [0n, '00000000'],
    [1234567890n, '499602D2'],
    [0x08a1b2c3n, '08A1B2C3'],
    [0x1_0000_0000n, '0100000000'],
    [GREATEST_CARD_NUMBER, 'FFFFFFFFFFFFFFFFFFFF'],
  ])('%d is %s, and gives the number back in either byte order', (number, uid) => {
    expect(uidOfNumber(number)).toBe(uid);
    for (const technology of ['proximity', 'magnetic_stripe'] as const) {
      expect(cardNumber({ uid, technology }, 'uid_msb_first')).toBe(String(number));
      expect(cardNumber({ uid, technology }, 'uid_lsb_first')).toBe(String(number));
      expect(hasRandomUid({ uid, technology })).toBe(false);
    }
  });

  test('has at most ten bytes', () => {
    expect(() => uidOfNumber(GREATEST_CARD_NUMBER + 1n)).toThrow('no card has the number');
    expect(() => uidOfNumber(-1n)).toThrow('no card has the number');
  });
});

describe('hasRandomUid', () => {
  test('is true only for 4 bytes that begin with 08', () => {
    expect(hasRandomUid({ uid: '08A1B2C3', technology: 'iso14443_4' })).toBe(true);
    expect(hasRandomUid({ uid: '04A1B2C3', technology: 'iso14443_4' })).toBe(false);
    expect(hasRandomUid({ uid: '80A1B2C3', technology: 'iso14443_4' })).toBe(false);
    expect(hasRandomUid({ uid: '08A1B2C3D4E5F6', technology: 'iso14443_4' })).toBe(false);
  });
});
