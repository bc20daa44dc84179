import { expect, test } from 'vitest';
import type { VirtualCardOptions } from '../../drivers/virtual/virtual-card.ts';
import type { FormatSettings } from '../../src/model/card-format.ts';
import type { CardRecord } from '../../src/model/card-record.ts';
import { encoded, lockOf, present, putDown, STAY } from './desk.ts';

const UID = '04A2B3C4D5E680';
const NTAG: VirtualCardOptions = { technology: 'ntag213', uid: UID };
const CLASSIC: VirtualCardOptions = { technology: 'mifare_classic_1k', uid: UID };
const DESFIRE: VirtualCardOptions = { technology: 'mifare_desfire', uid: UID };

const settings: readonly (readonly [string, VirtualCardOptions, FormatSettings])[] = [
  ['an NTAG with a password', NTAG, { format: 'ntag', isPasswordProtected: true }],
  [
    'a Classic with a directory',
    CLASSIC,
    { format: 'mifare_classic', sectors: [1, 2, 3], hasDirectory: true },
  ],
  ['sectors that descend', CLASSIC, { format: 'mifare_classic', sectors: [15, 2, 7], hasDirectory: false }],
  [
    'sectors of 16 blocks',
    { ...CLASSIC, technology: 'mifare_classic_4k' },
    { format: 'mifare_classic', sectors: [31, 39], hasDirectory: true },
  ],
  [
    'another application',
    DESFIRE,
    { format: 'mifare_desfire', applicationId: 0xf48ed7, piccMasterKey: 'own' },
  ],
];

test.each(settings)('%s opens', async (_, kind, format) => {
  const memory = await encoded(kind, { formats: [format] });
  const lock = lockOf({
    ...(format.format === 'mifare_classic' && { classicSectors: format.sectors }),
    ...(format.format === 'mifare_desfire' && { desfireApplication: format.applicationId }),
  });
  expect(await present(lock, putDown({ ...kind, memory }))).toMatchObject({ opens: true });
});

const replacement = { issueCounter: 65_535, replacesLostCard: true };
const most: readonly (readonly [string, VirtualCardOptions, number, Partial<CardRecord>])[] = [
  ['an NTAG213', NTAG, 11, {}],
  ['an MF0UL21', { technology: 'mifare_ultralight_ev1_128', uid: UID }, 7, {}],
  ['an NTAG216', { technology: 'ntag216', uid: UID }, 39, {}],
  ['a Classic', CLASSIC, 16, replacement],
  ['a DESFire', DESFIRE, 32, replacement],
];

test.each(most)('%s opens the last of the most entrances above 255', async (_, kind, count, issue) => {
  const record = (entrances: number) => ({
    ...{ ...STAY, ...issue },
    entrances: Array.from({ length: entrances }, (__, at) => 1000 + at),
  });
  const memory = await encoded(kind, { record: record(count) });
  const lock = lockOf({ entranceNumber: 1000 + count - 1 });
  expect(await present(lock, putDown({ ...kind, memory }))).toMatchObject({ opens: true });
  await expect(encoded(kind, { record: record(count + 1) }).then(() => 'written')).rejects.toMatchObject({
    code: 'card_unsupported',
  });
});
