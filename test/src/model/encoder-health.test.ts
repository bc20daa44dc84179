import { describe, expect, test } from 'vitest';
import { addStrain, healthOf, NO_STRAIN, type Strain } from '../../../src/model/encoder-health.ts';

const week = (more: Partial<Strain>) => healthOf({ ...NO_STRAIN, exchanges: 1000, ...more });

describe('the health of an encoder, by what it suffered in 7 days', () => {
  test('is good when nothing unusual was seen', () => {
    expect(week({})).toEqual({
      word: 'good',
      sign: null,
      reason: 'Nothing unusual in 1000 commands of the last 7 days.',
    });
  });

  test('is unknown when it did too little to tell', () => {
    expect(healthOf({ ...NO_STRAIN, exchanges: 199, retries: 150 })).toMatchObject({ word: 'unknown' });
  });

  test.each<[Partial<Strain>, string, string | null]>([
    [{ resets: 1 }, 'good', null],
    [{ resets: 2 }, 'watch', 'resets'],
    [{ resets: 10 }, 'replace', 'resets'],
    [{ retries: 9 }, 'good', null],
    [{ retries: 10 }, 'watch', 'retries'],
    [{ retries: 50 }, 'replace', 'retries'],
    [{ slowAnswers: 19 }, 'good', null],
    [{ slowAnswers: 20 }, 'watch', 'slow_answers'],
    [{ slowAnswers: 100 }, 'replace', 'slow_answers'],
    [{ replugs: 4 }, 'good', null],
    [{ replugs: 5 }, 'watch', 'replugs'],
    [{ replugs: 50 }, 'replace', 'replugs'],
    [{ tornCards: 100 }, 'good', null],
  ])('%j is %s', (strain, word, sign) => {
    expect(week(strain)).toMatchObject({ word, sign });
  });

  test('the worst sign is told, with its number and what to do', () => {
    expect(week({ resets: 2, retries: 60 })).toEqual({
      word: 'replace',
      sign: 'retries',
      reason:
        'In the last 7 days 60 of 1000 commands had to be given again. Replace its cable, keep other radios and metal away. If it goes on, replace it.',
    });
  });

  test('an encoder that is not used and drops out all the time is to be replaced none the less', () => {
    expect(healthOf({ ...NO_STRAIN, resets: 12 })).toMatchObject({ word: 'replace' });
  });
});

test('strain adds up, each kind for itself', () => {
  const one = { exchanges: 1, retries: 2, slowAnswers: 3, resets: 4, replugs: 5, tornCards: 6 };
  const both = { exchanges: 2, retries: 4, slowAnswers: 6, resets: 8, replugs: 10, tornCards: 12 };
  expect(addStrain(one, one)).toEqual(both);
});
