import { describe, expect, test } from 'vitest';
import { technologyFromAtr } from '../../../src/card/atr.ts';
import { fromHex } from '../../../src/card/hex.ts';
import { identify } from '../../../src/card/identify.ts';
import { ACR122_PROFILE, STANDARD_PROFILE } from '../../../src/card/storage-card.ts';
import { scriptedReader } from './scripted-reader.ts';

const ULTRALIGHT_ATR = fromHex('3B8F8001804F0CA0000003060300030000000068');
const UID = ['FFCA000000', '04A2C3F1D25E809000'] as const;
const CARD_UID = '04A2C3F1D25E80';

describe('technologyFromAtr', () => {
  test.each([
    ['3B8F8001804F0CA000000306030001000000006A', 'mifare_classic_1k'],
    ['3B8F8001804F0CA0000003060300020000000069', 'mifare_classic_4k'],
    ['3B8F8001804F0CA0000003060300030000000068', 'mifare_ultralight'],
    ['3B8F8001804F0CA000000306030026000000004D', 'mifare_classic_mini'],
    ['3B8F8001804F0CA00000030603003A0000000051', 'mifare_ultralight_c'],
    ['3B8F8001804F0CA00000030603FF88000000001C', 'mifare_classic_1k'],
    ['3B8F8001804F0CA0000003061100 3B00000000 42', 'uid_only'],
    ['3B8F8001804F0CA000000306030030000000005B', 'uid_only'],
    ['3B8F8001804F0CA000000307030001000000006B', 'uid_only'],
    ['3B8180018080', 'mifare_desfire'],
    ['3B80800101', 'iso14443_4'],
    ['3B8880011234567890ABCDEF00', 'iso14443_4'],
    ['3B8F8001804F0C', 'uid_only'],
    ['3B6800000073C84013009000', 'uid_only'],
    ['', 'uid_only'],
  ])('%s is %s', (atr, technology) => {
    expect(technologyFromAtr(fromHex(atr))).toBe(technology);
  });
});

describe('identify', () => {
  test('needs one exchange where the ATR says it all', async () => {
    const reader = scriptedReader(['FFCA000000', 'A1B2C3D49000']);
    const atr = fromHex('3B8F8001804F0CA000000306030001000000006A');
    await expect(identify(reader.transmit, atr, STANDARD_PROFILE)).resolves.toEqual({
      uid: 'A1B2C3D4',
      technology: 'mifare_classic_1k',
    });
  });

  test.each([
    ['0004040201000F03', 'ntag213'],
    ['0004040201001103', 'ntag215'],
    ['0004040201001303', 'ntag216'],
    ['0004040101000B03', 'mifare_ultralight'],
    ['0004030101000B03', 'mifare_ultralight_ev1_48'],
    ['0004030201000E03', 'mifare_ultralight_ev1_128'],
    ['0004030101001103', 'mifare_ultralight'],
    ['0005030101000B03', 'mifare_ultralight'],
    ['0004040201', 'mifare_ultralight'],
  ])('knows GET_VERSION %s as %s', async (version, technology) => {
    const reader = scriptedReader(UID, ['FF00000003D44260', `D54300${version}9000`]);
    const card = await identify(reader.transmit, ULTRALIGHT_ATR, ACR122_PROFILE);
    expect(card).toEqual({ uid: CARD_UID, technology });
  });

  test('takes a card that refuses GET_VERSION for an Ultralight, without another exchange', async () => {
    const reader = scriptedReader(UID, ['FF00000003D44260', 'D543019000']);
    const card = await identify(reader.transmit, ULTRALIGHT_ATR, ACR122_PROFILE);
    expect(card.technology).toBe('mifare_ultralight');
  });

  test.each([
    ['E1101200', 'ntag213'],
    ['E1103E00', 'ntag215'],
    ['E1106D00', 'ntag216'],
    ['E1101000', 'mifare_ultralight_ev1_128'],
    ['E1100600', 'mifare_ultralight'],
    ['00001200', 'mifare_ultralight'],
  ])(
    'knows the capability container %s as %s where no native command passes',
    async (container, technology) => {
      const pages = `${container}${'00'.repeat(12)}9000`;
      const reader = scriptedReader(UID, ['FFB0000310', pages]);
      const card = await identify(reader.transmit, ULTRALIGHT_ATR, STANDARD_PROFILE);
      expect(card.technology).toBe(technology);
    },
  );

  test('looks at the capability container when the reader turns out to pass no native command', async () => {
    const pages = `E1103E00${'00'.repeat(12)}9000`;
    const reader = scriptedReader(UID, ['FF00000003D44260', '6D00'], ['FFB0000310', pages]);
    const card = await identify(reader.transmit, ULTRALIGHT_ATR, ACR122_PROFILE);
    expect(card.technology).toBe('ntag215');
  });

  test('takes a card that does not show its capability container for an Ultralight', async () => {
    const reader = scriptedReader(UID, ['FFB0000310', '6300']);
    await expect(identify(reader.transmit, ULTRALIGHT_ATR, STANDARD_PROFILE)).resolves.toEqual({
      uid: CARD_UID,
      technology: 'mifare_ultralight',
    });
    expect(reader.remaining).toEqual([]);
  });

  test('asks an unnamed ISO/IEC 14443-4 card whether it is a DESFire, and lets it finish', async () => {
    const atr = fromHex('3B80800101');
    const reader = scriptedReader(
      UID,
      ['9060000000', '040101010018 05 91AF'],
      ['90AF000000', '040101010018 05 91AF'],
      ['90AF000000', '04782E21801D80BA24100000122691 00'],
    );
    const card = await identify(reader.transmit, atr, STANDARD_PROFILE);
    expect(card.technology).toBe('mifare_desfire');
    expect(reader.remaining).toEqual([]);
    const other = scriptedReader(UID, ['9060000000', '6E00']);
    expect((await identify(other.transmit, atr, STANDARD_PROFILE)).technology).toBe('iso14443_4');
  });

  test('rejects with card_removed when the card leaves at any of its exchanges', async () => {
    const gone = [scriptedReader(['FFCA000000', '']), scriptedReader(UID, ['FF00000003D44260', ''])];
    for (const { transmit } of gone) {
      const identified = identify(transmit, ULTRALIGHT_ATR, ACR122_PROFILE);
      await expect(identified).rejects.toMatchObject({ code: 'card_removed' });
    }
  });
});
