import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../src/model/card-record.ts';
import { type CardWrite, imageFor, mendingOf } from '../../../src/model/card-write.ts';

const record: CardRecord = {
  siteId: 'site-1',
  credentialId: 'credential-1',
  issueCounter: 3,
  startsAt: 1000,
  endsAt: 2000,
  entrances: [1, 2],
  replacesLostCard: false,
};

const writeWith = (more: Partial<CardWrite> = {}): CardWrite => ({
  id: 'write-1',
  card: { uid: '04A1B2C3D4E5F6', technology: 'ntag215' },
  encoderId: 'encoder-1',
  attemptId: 'attempt-1',
  credentialId: 'credential-1',
  image: { kind: 'record', format: 'ntag', record },
  preimage: Uint8Array.of(1, 2, 3),
  outcome: null,
  replacedId: null,
  startedAt: 1,
  endedAt: null,
  ...more,
});

const erasing = writeWith({ credentialId: null, image: { kind: 'blank', format: 'ntag' } });

describe('a write that did not end', () => {
  const rows: readonly [string, CardRecord | null, 'finish' | 'roll_back'][] = [
    ['whose credential is as it was', record, 'finish'],
    [
      'whose credential is as it was but for why it is issued',
      { ...record, replacesLostCard: true },
      'finish',
    ],
    ['whose credential was planned anew since', { ...record, issueCounter: 4 }, 'roll_back'],
    ['whose credential ends at another time by now', { ...record, endsAt: 1500 }, 'roll_back'],
    ['whose credential begins at another time by now', { ...record, startsAt: null }, 'roll_back'],
    ['whose credential opens other doors by now', { ...record, entrances: [1] }, 'roll_back'],
    ['whose credential was deleted', null, 'roll_back'],
  ];

  test.each(rows)('%s: %o', (_, wanted, mending) => {
    expect(mendingOf(writeWith(), wanted)).toBe(mending);
  });

  test('that erases is finished', () => {
    expect(mendingOf(erasing, null)).toBe('finish');
  });
});

describe('what is written', () => {
  test('is what was planned, for the order and to finish it', () => {
    for (const write of [writeWith(), erasing]) {
      expect(imageFor(write, 'order')).toEqual(write.image);
      expect(imageFor(write, 'finish')).toEqual(write.image);
    }
  });

  test('is what was on the card before, to take it back', () => {
    expect(imageFor(writeWith(), 'roll_back')).toEqual({
      kind: 'previous',
      format: 'ntag',
      preimage: Uint8Array.of(1, 2, 3),
    });
  });

  test('cannot be what was on the card before, once the write has ended', () => {
    expect(() => imageFor(writeWith({ preimage: null }), 'roll_back')).toThrow('has ended');
  });
});
