import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CardRecord } from '../../../src/model/card-record.ts';
import type { StripeFieldName } from '../../../src/model/stripe-layout.ts';
import {
  endMinutes,
  endOf,
  startMinutes,
  startOf,
  tokenDifferences,
  tokenOf,
} from '../../../src/model/stripe-token.ts';

const record = (more: Partial<CardRecord> = {}): CardRecord => ({
  siteId: 'site-1',
  credentialId: 'credential-1',
  issueCounter: 12_345,
  startsAt: Date.UTC(2026, 5, 1, 13),
  endsAt: Date.UTC(2026, 5, 5, 9),
  entrances: [7],
  replacesLostCard: false,
  ...more,
});

const ALL = new Map<StripeFieldName, number>([
  ['card_number', 10],
  ['starts_at', 8],
  ['ends_at', 8],
  ['issue', 4],
  ['entrance', 5],
]);

const onCard = (more: Partial<CardRecord> = {}) => tokenOf(record(more), '42', ALL);

describe('the times of a stripe', () => {
  test('are minutes since 2020, rounded down', () => {
    expect(startMinutes(Date.UTC(2020, 0, 1, 0, 1, 59, 999))).toBe(1);
    expect(endMinutes(Date.UTC(2020, 0, 2))).toBe(1440);
    expect(onCard({ startsAt: 1_780_318_859_999, endsAt: 1_780_650_059_000 })).toEqual(onCard());
  });

  test('say that there is no start and no end', () => {
    expect([startMinutes(null), endMinutes(null)]).toEqual([0, 99_999_999]);
    expect([startOf(0), endOf(99_999_999)]).toEqual([null, null]);
    expect([startOf(99_999_999), endOf(0)]).toEqual([
      Date.UTC(2020, 0, 1) + 99_999_999 * 60_000,
      Date.UTC(2020, 0, 1),
    ]);
  });

  test('become the nearest that can be named', () => {
    expect(startOf(startMinutes(0))).toBeNull();
    expect(endOf(endMinutes(0))).toBe(Date.UTC(2020, 0, 1));
    expect(endMinutes(Date.UTC(2300, 0, 1))).toBe(99_999_998);
  });

  test('are told again as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_998 }), (minutes) => {
        expect(startMinutes(startOf(minutes))).toBe(minutes);
        expect(endMinutes(endOf(minutes))).toBe(minutes);
      }),
    );
  });
});

describe('a token', () => {
  test('says what its layout has, and no more', () => {
    expect(onCard()).toEqual({
      cardNumber: '42',
      startsAt: record().startsAt,
      endsAt: record().endsAt,
      issue: { value: 2345, digits: 4 },
      entrance: 7,
    });
    expect(tokenOf(record(), '42', new Map([['card_number', 10]]))).toEqual({ cardNumber: '42' });
    expect(onCard({ entrances: [] })).toMatchObject({ entrance: null });
  });

  test('has all digits of the issue counter where there is room for them', () => {
    const wide = new Map<StripeFieldName, number>([['issue', 10]]);
    expect(tokenOf(record({ issueCounter: 4_294_967_295 }), '42', wide).issue).toEqual({
      value: 4_294_967_295,
      digits: 10,
    });
  });

  test('differs in nothing from the record that it was made of', () => {
    const times = fc.option(fc.integer({ min: 0, max: 4_294_967_295_000 }), { nil: null });
    const records = fc.record({
      issueCounter: fc.integer({ min: 1, max: 4_294_967_295 }),
      startsAt: times,
      endsAt: times,
      entrances: fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 1 }),
    });
    fc.assert(
      fc.property(records, fc.subarray([...ALL]), (more, fields) => {
        const wanted = record(more);
        expect(tokenDifferences(tokenOf(wanted, '42', new Map(fields)), wanted)).toEqual([]);
      }),
    );
  });

  test.each<readonly [Partial<CardRecord>, string]>([
    [{ issueCounter: 12_346 }, 'the card was replaced or issued again since'],
    [{ startsAt: null }, 'the start'],
    [{ endsAt: Date.UTC(2026, 5, 5, 9, 1) }, 'the end'],
    [{ entrances: [] }, 'the entrances'],
    [{ entrances: [7, 8] }, 'the entrances'],
    [{ entrances: [70] }, 'the entrances'],
  ])('differs from a record with %j in %s', (more, difference) => {
    expect(tokenDifferences(onCard(), record(more))).toEqual([difference]);
    expect(tokenDifferences({ cardNumber: '42' }, record(more))).toEqual([]);
  });
});
