import { expect, test } from 'vitest';
import { Turns } from '../../../src/sync/turns.ts';
import { FakeClock } from '../../fake-clock.ts';

const { signal } = new AbortController();

/** Works for so long, milliseconds, and says when that began. */
function work(turns: Turns, clock: FakeClock, ms: number): Promise<number> {
  return turns.take(() => {
    const began = clock.now();
    clock.advance(ms);
    return Promise.resolve(began);
  }, signal);
}

test('work that follows work for a tenth of a second leaves the file to others for a tenth of the time', async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  await work(turns, clock, 150);
  const ended = clock.now();
  const next = work(turns, clock, 0);
  await clock.waitedFor();
  clock.advance(14);
  expect(clock.sleepers).toBe(1);
  clock.advance(1);
  expect(await next).toBe(ended + 15);
});

test('work in small pieces does so, too, and is not kept waiting by less', async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  for (let piece = 0; piece < 5; piece += 1) await work(turns, clock, 20);
  const ended = clock.now();
  const next = work(turns, clock, 20);
  await clock.waitedFor();
  clock.advance(10);
  expect(await next).toBe(ended + 10);
});

test('time in which there was no work makes up for it', async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  await work(turns, clock, 150);
  clock.advance(15);
  const asked = clock.now();
  expect(await work(turns, clock, 0)).toBe(asked);
});

test('all else in the process has its turn before every piece of work', async () => {
  const turns = new Turns();
  for (let round = 0; round < 3; round += 1) {
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    await turns.take(() => Promise.resolve(), signal);
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
