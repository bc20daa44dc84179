import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backoff, BREAKS_AFTER, waitMs } from '../../../src/sync/backoff.ts';

const NOW = Date.parse('2031-04-05T10:00:00Z');

describe('the wait after failures', () => {
  test('is 1 s at least, and at most twice as long after each failure, up to 5 min', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000].map((failures) => waitMs(failures, 1));
    expect(longest).toEqual([
      2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
    expect(longest.map((_, at) => waitMs(at + 1, 0))).toEqual(longest.map(() => 1000));
  });

  test('lies anywhere in between, by chance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, chance) => {
          const span = waitMs(failures, 1) - 1000;
          expect(waitMs(failures, chance)).toBe(Math.round(1000 + span * chance));
        },
      ),
    );
  });
});

describe('failures in a row', () => {
  test('count as one while they were under way together', () => {
    const backoff = new Backoff(() => 1);
    const { round } = backoff;
    for (let call = 0; call < 8; call += 1) backoff.failed(round, NOW + call);
    expect(backoff.failures).toBe(1);
    expect(backoff.retryAt).toBe(NOW + 2000);
    backoff.failed(backoff.round, NOW + 2000);
    expect(backoff.failures).toBe(2);
    expect(backoff.retryAt).toBe(NOW + 6000);
  });

  test('break the line after five, until one call succeeds', () => {
    const backoff = new Backoff();
    for (let failure = 1; failure <= BREAKS_AFTER; failure += 1) {
      expect(backoff.isBroken).toBe(false);
      backoff.failed(backoff.round, NOW);
    }
    expect(backoff.isBroken).toBe(true);
    backoff.succeeded();
    expect(backoff).toMatchObject({ isBroken: false, failures: 0, retryAt: 0 });
  });

  test('wait as long as they were asked to, also when they failed together or a call of before succeeds', () => {
    const backoff = new Backoff(() => 0);
    const { round } = backoff;
    backoff.failed(round, NOW, 90_000);
    expect(backoff.retryAt).toBe(NOW + 90_000);
    backoff.failed(round, NOW + 10, 120_000);
    backoff.succeeded();
    expect(backoff.mayTry(NOW + 120_009)).toBe(false);
    expect(backoff.mayTry(NOW + 120_010)).toBe(true);
    backoff.failed(backoff.round, NOW + 120_010, 10);
    expect(backoff.retryAt).toBe(NOW + 121_010);
  });

  test('stay counted when somebody wakes it', () => {
    const backoff = new Backoff();
    backoff.failed(backoff.round, NOW, 5000);
    backoff.wake();
    expect(backoff).toMatchObject({ failures: 1, retryAt: 0 });
  });

  test('do not keep it waiting for years when the clock was set back', () => {
    const backoff = new Backoff();
    backoff.failed(backoff.round, NOW);
    expect(backoff.mayTry(NOW)).toBe(false);
    expect(backoff.mayTry(NOW - 1)).toBe(true);
  });
});
