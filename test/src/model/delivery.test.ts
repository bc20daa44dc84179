import { describe, expect, test } from 'vitest';
import { afterSending, newDelivery, RETRY_AFTER_MS, replayed } from '../../../src/model/delivery.ts';

const first = newDelivery({ id: 'd', webhookId: 'w', eventId: 'e' }, 1000);
const failure = { status: 500, problem: 'It answered 500.' };

describe('a delivery', () => {
  test('is due at once', () => {
    expect(first).toMatchObject({ state: 'pending', attempts: 0, nextAttemptAt: 1000 });
  });

  test('has eight chances in 27 hours and a half, each of which comes a little later by chance, never earlier', () => {
    for (const [chance, part] of [
      [0, 1],
      [0.5, 1.05],
      [0.999, 1.0999],
    ] as const) {
      let [delivery, now] = [first, 1000];
      const waits: number[] = [];
      while (delivery.state === 'pending') {
        delivery = afterSending(delivery, failure, now, chance);
        waits.push((delivery.nextAttemptAt ?? now) - now);
        now = delivery.nextAttemptAt ?? now;
      }
      expect(delivery).toMatchObject({
        state: 'given_up',
        attempts: 8,
        nextAttemptAt: null,
        lastStatus: 500,
      });
      expect(waits).toEqual([...RETRY_AFTER_MS.map((wait) => Math.floor(wait * part)), 0]);
    }
    expect(RETRY_AFTER_MS.reduce((sum, wait) => sum + wait, 0)).toBe(((27 * 60 + 35) * 60 + 5) * 1000);
  });

  test('is delivered once it was taken, and knows of no failure any more', () => {
    const failed = afterSending(first, failure, 1000, 0);
    expect(afterSending(failed, { status: 200, problem: null }, 9000, 0)).toEqual({
      ...first,
      state: 'delivered',
      attempts: 2,
      nextAttemptAt: null,
      lastAttemptAt: 9000,
      lastStatus: 200,
      lastError: null,
    });
  });

  test('begins anew when it is replayed', () => {
    const failed = afterSending(first, failure, 1000, 0);
    expect(replayed(failed, 7000)).toEqual({ ...failed, attempts: 0, nextAttemptAt: 7000 });
    const delivered = afterSending(first, { status: 200, problem: null }, 2000, 0);
    expect(replayed(delivered, 7000)).toMatchObject({ state: 'pending', nextAttemptAt: 7000 });
  });
});
