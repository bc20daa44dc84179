import { describe, expect, test } from 'vitest';
import { emptyKeySlots } from '../../../drivers/virtual/reader-face.ts';
import { VirtualCard, type VirtualCardOptions } from '../../../drivers/virtual/virtual-card.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { identify } from '../../../src/card/identify.ts';
import type { CardLink } from '../../../src/card/link.ts';
import { ACR122_PROFILE, STANDARD_PROFILE, storageCardLink } from '../../../src/card/storage-card.ts';

const CLASSIC = { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' } as const;
const NTAG = { technology: 'ntag213', uid: '04A2C3F1D25E80' } as const;
const DESFIRE = { technology: 'mifare_desfire', uid: '04782E21801D80' } as const;
const NUMBER = { technology: 'uid_only', uid: '1B2C3D4E' } as const;
const FACTORY_KEY = { kind: 'A', bytes: fromHex('FFFFFFFFFFFF') } as const;

/** A session with a card: each command with its answer, in hexadecimal. */
async function expectSession(options: VirtualCardOptions, ...lines: readonly (readonly [string, string])[]) {
  const card = new VirtualCard(options);
  for (const [command, answer] of lines) {
    expect(toHex(await card.transmit(fromHex(command))), command).toBe(answer.replaceAll(' ', ''));
  }
  return card;
}

function linkTo(card: VirtualCard): CardLink {
  return storageCardLink((apdu) => card.transmit(apdu), card.technology, ACR122_PROFILE);
}

describe('the ATR', () => {
  test.each([
    { ...CLASSIC, atr: '3B8F8001804F0CA000000306030001000000006A' },
    { ...NTAG, atr: '3B8F8001804F0CA0000003060300030000000068' },
    { ...DESFIRE, atr: '3B8180018080' },
    { ...NUMBER, atr: '3B8F8001804F0CA000000306030000000000006B' },
  ])('of a $technology is $atr', ({ technology, uid, atr }) => {
    expect(toHex(new VirtualCard({ technology, uid }).atr)).toBe(atr);
  });
});

describe('a reader', () => {
  test('tells a number in as many bytes as are asked for', () =>
    expectSession(
      NTAG,
      ['FFCA000000', '04A2C3F1D25E80 9000'],
      ['FFCA000007', '04A2C3F1D25E80 9000'],
      ['FFCA000004', '6C07'],
      ['FFCA00000A', '04A2C3F1D25E80 6282'],
      ['FFCA010000', '6A81'],
      ['FFCA020000', '6B00'],
      ['FFCA0000', '6700'],
    ));

  test('knows no class but FF for a storage card, and no instruction beyond its own', () =>
    expectSession(CLASSIC, ['00A4040000', '6E00'], ['FFFE000000', '6D00'], ['FF82000006FFFF', '6700']));

  test('loads a key into two slots, and authenticates with what it finds there', () =>
    expectSession(
      CLASSIC,
      ['FF860000050100046000', '6984'],
      ['FF82000006FFFFFFFFFFFF', '9000'],
      ['FF82000106A0A1A2A3A4A5', '9000'],
      ['FF82000206FFFFFFFFFFFF', '6988'],
      ['FF82200006FFFFFFFFFFFF', '6B00'],
      ['FF82000005FFFFFFFFFF', '6700'],
      ['FFB0000410', '6982'],
      ['FFD6000410'.concat('00'.repeat(16)), '6982'],
      ['FF860000050100046000', '9000'],
      ['FFB0000410', `${'00'.repeat(16)} 9000`],
      ['FFB0000400', '6C10'],
      ['FFB0004010', '6A82'],
      ['FFD6000404'.concat('00'.repeat(4)), '6700'],
      ['FF860000050100046001', '6300'],
      ['FFB0000410', '6982'],
      ['FF8800046000', '9000'],
      ['FFB0000410', `${'00'.repeat(16)} 9000`],
      ['FFB0000810', '6300'],
      ['FFB0000410', '6982'],
      ['FF860000050100406000', '6A82'],
      ['FF860000050100046200', '6986'],
      ['FF860000050100046002', '6988'],
      ['FF860000050200046000', '6B00'],
      ['FF8600000401000460', '6700'],
    ));

  test('keeps its key slots when the card is taken away, and a card brings none', async () => {
    const keySlots = emptyKeySlots();
    await expectSession({ ...CLASSIC, keySlots }, ['FF82000006FFFFFFFFFFFF', '9000']);
    await expectSession({ ...CLASSIC, keySlots }, ['FF860000050100046000', '9000']);
    await expectSession(CLASSIC, ['FF860000050100046000', '6984']);
  });

  test('reads and writes the pages of an NTAG, and passes native commands to it', () =>
    expectSession(
      NTAG,
      ['FFB0000304', 'E1101200 9000'],
      ['FFB0000308', '6C10'],
      ['FFB0002D10', '6300'],
      ['FFB0010010', '6B00'],
      ['FFD6000504DEADBEEF', '9000'],
      ['FFB0000504', 'DEADBEEF 9000'],
      ['FFD60000050102030405', '6700'],
      ['FFD600000401020304FFFF', '6700'],
      ['FFD6000004DEADBEEF', '6300'],
      ['FF860000050100046000', '6A81'],
      ['FF00000003D44260', 'D543000004040201000F03 9000'],
      ['FF00000004D4403005', '6A81'],
      ['FF00000005D440013003', 'D54100E1101200 0103A00C DEADBEEF 00000000 9000'],
      ['FF00000009D44001A206CAFEBABE', 'D54100 9000'],
      ['FF00000007D4421B00000000', 'D54301 9000'],
      ['FF00000007D4421BFFFFFFFF', 'D543000000 9000'],
      ['FF00000002D402', '6A81'],
      ['FF00400D0400000000', '9000'],
      ['FF0001000000', '6700'],
      ['FF00010000', '6B00'],
    ));

  test('passes native commands to a Classic, its authentication too', () =>
    expectSession(
      CLASSIC,
      ['FF0000000FD4400160 04 FFFFFFFFFFFF A1B2C3D4', 'D54100 9000'],
      ['FF00000005D440013004', `D54100${'00'.repeat(16)} 9000`],
      ['FF0000000FD4400160 04 000000000000 A1B2C3D4', 'D54114 9000'],
    ));

  test('passes everything but class FF to a DESFire, of which the version can be asked', () =>
    expectSession(
      DESFIRE,
      ['FFCA000000', '04782E21801D80 9000'],
      ['FFCA010000', '80 9000'],
      ['FFB0000410', '6A81'],
      ['9060000000', '0401013300 1A05 91AF'],
      ['90AF000000', '0401010300 1A05 91AF'],
      ['90AF000000', '04782E21801D80 BA241000001226 9100'],
      ['90AF000000', '911C'],
      ['905A00000300000000', '9100'],
      ['9060000000', '0401013300 1A05 91AF'],
      ['906A000000', '91CA'],
      ['90AF000000', '911C'],
      ['00A4040000', '6A82'],
    ));

  test('gets no more than the number from a card that has nothing else', () =>
    expectSession(
      NUMBER,
      ['FFCA000000', '1B2C3D4E 9000'],
      ['FFB0000410', '6A81'],
      ['FFD6000404DEADBEEF', '6A81'],
      ['FF860000050100046000', '6A81'],
      ['FF00000003D44260', 'D54301 9000'],
    ));
});

describe('through a card link', () => {
  test.each([CLASSIC, NTAG, DESFIRE, NUMBER, { technology: 'ntag215', uid: NTAG.uid } as const])(
    'a $technology is identified on a reader that passes native commands, and on one that does not',
    async (kind) => {
      for (const profile of [ACR122_PROFILE, STANDARD_PROFILE]) {
        const card = new VirtualCard(kind);
        expect(await identify((apdu) => card.transmit(apdu), card.atr, profile)).toEqual(kind);
      }
    },
  );

  test.each(['mifare_ultralight_ev1_48', 'mifare_ultralight_ev1_128'] as const)(
    'a %s is told by its version, and where none can be asked for is an Ultralight',
    async (technology) => {
      const card = new VirtualCard({ technology, uid: NTAG.uid });
      const seen = (profile: typeof ACR122_PROFILE) =>
        identify((apdu) => card.transmit(apdu), card.atr, profile).then((found) => found.technology);
      expect(await seen(ACR122_PROFILE)).toBe(technology);
      expect(await seen(STANDARD_PROFILE)).toBe('mifare_ultralight');
    },
  );

  test('a Classic takes data and a new trailer, and its memory goes on in another object', async () => {
    const first = new VirtualCard(CLASSIC);
    const { classic } = linkTo(first);
    if (!classic) throw new Error('no Classic face');
    await classic.authenticate(8, FACTORY_KEY);
    await classic.writeBlock(8, fromHex('00112233445566778899AABBCCDDEEFF'));
    await classic.writeBlock(11, fromHex('A0A1A2A3A4A5 7F0788 69 B0B1B2B3B4B5'));
    const again = linkTo(new VirtualCard({ ...CLASSIC, memory: first.memory })).classic;
    await expect(again?.authenticate(8, FACTORY_KEY)).rejects.toMatchObject({ code: 'card_refused' });
    await again?.authenticate(8, { kind: 'B', bytes: fromHex('B0B1B2B3B4B5') });
    expect(toHex((await again?.readBlock(8)) ?? new Uint8Array(0))).toBe('00112233445566778899AABBCCDDEEFF');
  });

  test('an NTAG gives its PACK to the right password alone', async () => {
    const { ultralight } = linkTo(new VirtualCard(NTAG));
    await ultralight?.writePage(0x2b, fromHex('01020304'));
    await ultralight?.writePage(0x2c, fromHex('AABB0000'));
    expect(await ultralight?.transceive?.(fromHex('1B01020304'))).toEqual(fromHex('AABB'));
    const wrong = ultralight?.transceive?.(fromHex('1B01020305'));
    await expect(wrong).rejects.toMatchObject({ code: 'card_refused' });
  });
});

describe('a card with a fault', () => {
  const write = fromHex('FFD6000504DEADBEEF');
  const pageOf = (card: VirtualCard) => toHex(card.memory.slice(20, 24));

  test.each([
    { moment: 'before', page: '340300FE' },
    { moment: 'after', page: 'DEADBEEF' },
  ] as const)('is pulled $moment the effect of its second exchange', async ({ moment, page }) => {
    let pulled = 0;
    const onPulled = () => {
      pulled += 1;
    };
    const card = new VirtualCard({ ...NTAG, faults: { pulledAt: { exchange: 2, moment } }, onPulled });
    await card.transmit(fromHex('FFCA000000'));
    await expect(card.transmit(write)).rejects.toMatchObject({ code: 'card_removed' });
    expect(pageOf(card)).toBe(page);
    expect(pulled).toBe(1);
    await expect(card.transmit(write)).rejects.toMatchObject({ code: 'card_removed' });
    expect(pulled).toBe(1);
  });

  test('that is mute answers nothing until it is taken away', async () => {
    const card = new VirtualCard({ ...NTAG, faults: { muteFrom: 2 } });
    await card.transmit(fromHex('FFCA000000'));
    const answer = card.transmit(write);
    card.pull();
    await expect(answer).rejects.toMatchObject({ code: 'card_removed' });
    expect(pageOf(card)).toBe('340300FE');
  });

  test('that is slow answers late, and not at all when it is taken away before', async () => {
    const began = performance.now();
    await new VirtualCard({ ...NTAG, faults: { delayMs: 50 } }).transmit(write);
    expect(performance.now() - began).toBeGreaterThanOrEqual(49);
    const card = new VirtualCard({ ...NTAG, faults: { delayMs: 600_000 } });
    const answer = card.transmit(write);
    card.pull();
    await expect(answer).rejects.toMatchObject({ code: 'card_removed' });
  });
});

test.each([
  { technology: 'mifare_classic_mini', uid: 'A1B2C3D4', says: 'not simulated' },
  { technology: 'ntag213', uid: 'A1B2C3D4', says: 'has 4 bytes' },
  { technology: 'mifare_classic_1k', uid: 'A1B2C3D4E5', says: 'has 5 bytes' },
  { technology: 'uid_only', uid: 'A1B2C3D', says: 'not whole bytes' },
  { technology: 'uid_only', uid: 'A1 B2 C3 D4', says: 'not whole bytes' },
  { technology: 'uid_only', uid: '', says: 'not whole bytes' },
] as const)('there is no $technology with the uid "$uid"', ({ technology, uid, says }) => {
  const make = () => new VirtualCard({ technology, uid });
  expect(make).toThrow(expect.objectContaining({ code: 'card_unsupported' }));
  expect(make).toThrow(says);
});
