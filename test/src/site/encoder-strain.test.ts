import { pino } from 'pino';
import { expect, test } from 'vitest';
import { NO_STRAIN, type Strain } from '../../../src/model/encoder-health.ts';
import { keepCounted, recentStrain, type StrainCounts } from '../../../src/site/encoder-strain.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { openTestSite } from './site-bed.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const log = pino({ level: 'silent' });

/** Counts that were taken once are gone, unless they are given back. */
class Counts implements StrainCounts {
  counted: ReadonlyMap<string, Strain> = new Map();

  take() {
    const taken = this.counted;
    this.counted = new Map();
    return taken;
  }

  giveBack(taken: ReadonlyMap<string, Strain>) {
    this.counted = taken;
  }
}

test('what was counted is kept by the day, and judged for 7 days', () => {
  const { store, clock } = openTestSite();
  const counts = new Counts();
  counts.counted = new Map([['a', { ...NO_STRAIN, exchanges: 10 }]]);
  keepCounted({ store, clock }, counts, log);
  expect(counts.counted.size).toBe(0);
  const counted = new Map([['a', { ...NO_STRAIN, resets: 1 }]]);
  expect(recentStrain({ store, clock }, counted)('a')).toEqual({ ...NO_STRAIN, exchanges: 10, resets: 1 });
  expect(recentStrain({ store, clock }, counted)('b')).toEqual(NO_STRAIN);
  clock.advance(6 * DAY_MS);
  expect(recentStrain({ store, clock }, new Map())('a')).toMatchObject({ exchanges: 10 });
  clock.advance(DAY_MS);
  expect(recentStrain({ store, clock }, new Map())('a')).toEqual(NO_STRAIN);
});

test('what the disk does not take is counted with what comes next', () => {
  const { store, clock } = openTestSite();
  const counts = new Counts();
  counts.counted = new Map([['a', { ...NO_STRAIN, exchanges: 10 }]]);
  const full = {
    ...store,
    transaction: () => {
      throw new StorageError('database or disk is full');
    },
  };
  keepCounted({ store: full, clock }, counts, log);
  expect(counts.counted.get('a')).toMatchObject({ exchanges: 10 });
  keepCounted({ store, clock }, counts, log);
  expect(recentStrain({ store, clock }, new Map())('a')).toMatchObject({ exchanges: 10 });
});
