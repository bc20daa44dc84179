import { expect, test, vi } from 'vitest';
import { Turns } from '../../../src/sync/turns.ts';

const { signal } = new AbortController();

/** Works for so long, milliseconds, and says when that began and ended. */
async function work(turns: Turns, ms: number): Promise<{ readonly began: number; readonly ended: number }> {
  return await turns.take(() => {
    const began = performance.now();
    while (performance.now() < began + ms);
    return Promise.resolve({ began, ended: performance.now() });
  }, signal);
}

test('work that follows work for a tenth of a second leaves the file to others for a tenth of the time', async () => {
  const turns = new Turns();
  const first = await work(turns, 150);
  const second = await work(turns, 0);
  // 15, but that clocks and timers go by whole milliseconds.
  expect(second.began - first.ended).toBeGreaterThanOrEqual(15 - 4);
});

test('work in small pieces does so, too, and is not kept waiting by less', async () => {
  const turns = new Turns();
  const { began } = await work(turns, 0);
  let { ended } = await work(turns, 0);
  let restedMs = 0;
  for (let piece = 0; piece < 20; piece += 1) {
    const next = await work(turns, 20);
    restedMs += next.began - ended;
    ended = next.ended;
  }
  expect(restedMs).toBeGreaterThanOrEqual(((ended - began) / 11) * 0.7);
});

test('time in which there was no work makes up for it', async () => {
  const turns = new Turns();
  const first = await work(turns, 150);
  await vi.waitUntil(() => performance.now() > first.ended + 20, { interval: 1 });
  const asked = performance.now();
  const second = await work(turns, 0);
  expect(second.began - asked).toBeLessThan(10);
});

test('all else in the process has its turn before every piece of work', async () => {
  const turns = new Turns();
  for (let round = 0; round < 3; round += 1) {
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    await work(turns, 0);
    expect(hadTurn).toBe(true);
  }
});

test('work that fails counts as work, and none begins once somebody calls it off', async () => {
  const turns = new Turns();
  await expect(turns.take(() => Promise.reject(new Error('the disk is full')), signal)).rejects.toThrow(
    'the disk is full',
  );
  const stop = new AbortController();
  stop.abort(new Error('the daemon stops'));
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return Promise.resolve();
  };
  await expect(turns.take(begin, stop.signal)).rejects.toThrow('the daemon stops');
  expect(hasBegun).toBe(false);
});
