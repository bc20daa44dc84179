import { describe, expect, test } from 'vitest';
import { cardNumber, isRandomUid } from '../../../src/model/card.ts';

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
    expect(cardNumber(uid, 'uid_msb_first')).toBe(msbFirst);
    expect(cardNumber(uid, 'uid_lsb_first')).toBe(lsbFirst);
  });

  test('has no sign, no leading zeros and nothing but digits', () => {
    for (const uid of ['00000001', '80000000', '00A1B2C3D4E5F6', 'FFFFFFFFFFFFFFFFFFFF']) {
      expect(cardNumber(uid, 'uid_msb_first')).toMatch(/^(0|[1-9]\d*)$/);
      expect(cardNumber(uid, 'uid_lsb_first')).toMatch(/^(0|[1-9]\d*)$/);
    }
  });
});

describe('isRandomUid', () => {
  test('is true only for 4 bytes that begin with 08', () => {
    expect(isRandomUid('08A1B2C3')).toBe(true);
    expect(isRandomUid('04A1B2C3')).toBe(false);
    expect(isRandomUid('80A1B2C3')).toBe(false);
    expect(isRandomUid('08A1B2C3D4E5F6')).toBe(false);
  });
});
