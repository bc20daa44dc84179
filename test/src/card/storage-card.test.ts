import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import type { CardLink } from '../../../src/card/link.ts';
import {
  ACR122_PROFILE,
  type ReaderProfile,
  readUid,
  STANDARD_PROFILE,
  storageCardLink,
} from '../../../src/card/storage-card.ts';
import { scriptedReader } from './scripted-reader.ts';

const KEY = { kind: 'A', bytes: fromHex('A0A1A2A3A4A5') } as const;
const LOADED = ['FF82000006 A0A1A2A3A4A5', '9000'] as const;

function classicOf(link: CardLink) {
  if (!link.classic) throw new Error('the link has no Classic face');
  return link.classic;
}

function ultralightOf(link: CardLink) {
  if (!link.ultralight) throw new Error('the link has no Ultralight face');
  return link.ultralight;
}

describe('readUid', () => {
  test.each(['04A2C3F1D25E80', 'A1B2C3D4', '04112233445566778899'])('gives %s as it is', async (uid) => {
    await expect(readUid(scriptedReader(['FFCA000000', `${uid}9000`]).transmit)).resolves.toBe(uid);
  });

  test.each([
    { answer: '', code: 'card_removed' },
    { answer: '6300', code: 'card_removed' },
    { answer: '6A81', code: 'card_unsupported' },
    { answer: '9000', code: 'device_protocol' },
    { answer: '90', code: 'device_protocol' },
  ])('rejects with $code when the reader answers "$answer"', async ({ answer, code }) => {
    const reading = readUid(scriptedReader(['FFCA000000', answer]).transmit);
    await expect(reading).rejects.toMatchObject({ code });
  });
});

describe('a Classic on a PC/SC reader', () => {
  test('has its key loaded right before every authentication', async () => {
    const reader = scriptedReader(
      LOADED,
      ['FF86000005 0100046000', '9000'],
      ['FFB0000410', '000102030405060708090A0B0C0D0E0F9000'],
      LOADED,
      ['FF86000005 0100FF6100', '9000'],
    );
    const classic = classicOf(storageCardLink(reader.transmit, 'mifare_classic_4k', STANDARD_PROFILE));
    await classic.authenticate(4, KEY);
    expect(toHex(await classic.readBlock(4))).toBe('000102030405060708090A0B0C0D0E0F');
    await classic.authenticate(255, { ...KEY, kind: 'B' });
    expect(reader.remaining).toEqual([]);
  });

  test.each<{ of: string; profile: Partial<ReaderProfile>; load: string; authenticate: string }>([
    { of: 'the older way', profile: { authVariant: '88' }, load: 'FF82000006', authenticate: 'FF8800046100' },
    {
      of: 'a reader with non-volatile keys',
      profile: { loadKeyP1: 0x20 },
      load: 'FF82200006',
      authenticate: 'FF860000050100046100',
    },
    {
      of: 'a reader with a key of each type',
      profile: { loadKeyP2: 'type' },
      load: 'FF82006106',
      authenticate: 'FF860000050100046100',
    },
  ])('is authenticated as in $of', async ({ profile, load, authenticate }) => {
    const reader = scriptedReader([`${load}A0A1A2A3A4A5`, '9000'], [authenticate, '9000']);
    const link = storageCardLink(reader.transmit, 'mifare_classic_1k', { ...STANDARD_PROFILE, ...profile });
    await classicOf(link).authenticate(4, { ...KEY, kind: 'B' });
    expect(reader.remaining).toEqual([]);
  });

  test.each([
    { status: '6300', code: 'card_refused' },
    { status: '6982', code: 'card_refused' },
    { status: '6983', code: 'card_refused' },
    { status: '6A81', code: 'card_unsupported' },
    { status: '6A82', code: 'card_unsupported' },
    { status: '6D00', code: 'card_unsupported' },
    { status: '6700', code: 'device_protocol' },
    { status: '', code: 'card_removed' },
  ])('that answers "$status" to an authentication rejects it with $code', async ({ status, code }) => {
    const reader = scriptedReader(LOADED, ['FF86000005 0100046000', status]);
    const classic = classicOf(storageCardLink(reader.transmit, 'mifare_classic_1k', STANDARD_PROFILE));
    await expect(classic.authenticate(4, KEY)).rejects.toMatchObject({ code });
  });

  test('gets no trailer whose access bits contradict themselves', async () => {
    const good = 'FFFFFFFFFFFFFF078069FFFFFFFFFFFF';
    const reader = scriptedReader(['FFD6000710'.concat(good), '9000']);
    const classic = classicOf(storageCardLink(reader.transmit, 'mifare_classic_1k', STANDARD_PROFILE));
    for (const bits of ['000000', 'FF0781', 'FE0780', 'FFFFFF']) {
      const bad = fromHex(`FFFFFFFFFFFF${bits}69FFFFFFFFFFFF`);
      await expect(classic.writeBlock(7, bad)).rejects.toMatchObject({ code: 'card_refused' });
    }
    expect(reader.remaining).toHaveLength(1);
    await classic.writeBlock(7, fromHex(good));
    expect(reader.remaining).toEqual([]);
  });

  test('gets any data in a block that is no trailer', async () => {
    const reader = scriptedReader(['FFD6000610'.concat('00'.repeat(16)), '9000']);
    const classic = classicOf(storageCardLink(reader.transmit, 'mifare_classic_1k', STANDARD_PROFILE));
    await classic.writeBlock(6, new Uint8Array(16));
    await expect(classic.writeBlock(6, new Uint8Array(15))).rejects.toThrow('16 bytes, not 15');
  });
});

describe('an NTAG on a PC/SC reader', () => {
  test('is read four pages at a time, and written by the page', async () => {
    const reader = scriptedReader(
      ['FFB0000410', '0300FE00000000000000000000000000 9000'],
      ['FFD600050401020304', '9000'],
      ['FFB000E610', '6300'],
    );
    const link = storageCardLink(reader.transmit, 'ntag216', STANDARD_PROFILE);
    const ultralight = ultralightOf(link);
    expect(await ultralight.readPages(4)).toHaveLength(16);
    await ultralight.writePage(5, fromHex('01020304'));
    await expect(ultralight.readPages(0xe6)).rejects.toMatchObject({ code: 'card_refused' });
    expect(ultralight.transceive).toBeUndefined();
  });

  test('rejects an answer that is shorter than four pages', async () => {
    const reader = scriptedReader(['FFB0000410', '0300FE009000']);
    const ultralight = ultralightOf(storageCardLink(reader.transmit, 'ntag213', STANDARD_PROFILE));
    await expect(ultralight.readPages(4)).rejects.toMatchObject({ code: 'device_protocol' });
  });

  test('is reached through the PN532 of an ACR122U', async () => {
    const reader = scriptedReader(
      ['FF00000003D44260', 'D54300 0004040201000F03 9000'],
      ['FF00000007D4421B01020304', 'D54301 9000'],
      ['FF00000003D44260', '6300'],
      ['FF00000003D44260', 'D54100 9000'],
    );
    const { transceive } = ultralightOf(storageCardLink(reader.transmit, 'ntag213', ACR122_PROFILE));
    const send = (hex: string) => transceive?.(fromHex(hex));
    expect(await send('60')).toEqual(fromHex('0004040201000F03'));
    await expect(send('1B01020304')).rejects.toMatchObject({ code: 'card_refused' });
    await expect(send('60')).rejects.toMatchObject({ code: 'card_refused' });
    await expect(send('60')).rejects.toMatchObject({ code: 'device_protocol' });
  });

  test('is reached in a transparent session, which is ended even when the card says no', async () => {
    const start = ['FFC2000002810000', '9000'] as const;
    const switched = ['FFC20002048F02000300', '9000'] as const;
    const sent = 'FFC200010A 5F460450C30000 950160 00';
    const end = ['FFC2000002820000', '9000'] as const;
    const reader = scriptedReader(
      ...[start, switched, [sent, 'C003009000 92010097080004040201000F03 9000'] as const, end],
      ...[start, switched, [sent, 'C003016401 9000'] as const, end],
      ...[start, switched, [sent, '6300'] as const, end],
    );
    const profile: ReaderProfile = { ...STANDARD_PROFILE, rawExchange: 'transparent' };
    const { transceive } = ultralightOf(storageCardLink(reader.transmit, 'ntag213', profile));
    expect(await transceive?.(fromHex('60'))).toEqual(fromHex('0004040201000F03'));
    await expect(transceive?.(fromHex('60'))).rejects.toMatchObject({ code: 'card_refused' });
    await expect(transceive?.(fromHex('60'))).rejects.toMatchObject({ code: 'card_refused' });
    expect(reader.remaining).toEqual([]);
  });
});

test('an ISO/IEC 14443-4 card gets APDUs as they are, and an empty answer means that it left', async () => {
  const reader = scriptedReader(['9060000000', '911C'], ['9060000000', '']);
  const { isoDep } = storageCardLink(reader.transmit, 'mifare_desfire', STANDARD_PROFILE);
  expect(await isoDep?.exchange(fromHex('9060000000'))).toEqual(fromHex('911C'));
  await expect(isoDep?.exchange(fromHex('9060000000'))).rejects.toMatchObject({ code: 'card_removed' });
});
