import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';

const never = new AbortController().signal;

test('the clock of the system shows milliseconds since 1970', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});

test('a time that has come is waited for no longer', async () => {
  await systemClock.until(systemClock.now(), never);
  await systemClock.until(0, never);
  const at = systemClock.now() + 20;
  await systemClock.until(at, never);
  expect(systemClock.now()).toBeGreaterThanOrEqual(at - 1);
});

test('waiting ends with the reason of its signal, and leaves no timer behind', async () => {
  const reason = new Error('cancelled');
  await expect(systemClock.until(Date.now() + 60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const stop = new AbortController();
  const waiting = systemClock.until(Date.now() + 60_000, stop.signal);
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('a time further away than a timer can count is not there at once', async () => {
  const stop = new AbortController();
  const waiting = systemClock.until(Date.now() + 2 ** 40, stop.signal);
  const first = await Promise.race([
    waiting.then(() => 'it came'),
    systemClock.until(Date.now() + 20, never).then(() => 'it did not'),
  ]);
  expect(first).toBe('it did not');
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
