import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROMISE_OF_TIME } from '../../../promise-of-time.ts';
import { CARD } from './fixtures/field.ts';
import { isAlive, never, Watched } from './watched.ts';

describe('a hosted driver', () => {
  test('is like any other: devices, cards and reads come from the process behind it', async () => {
    await using watched = new Watched('well-behaved');
    const device = await watched.arrival('left');
    expect(device).toEqual({
      id: 'left',
      name: 'The left one',
      capabilities: { technologies: ['ntag213'], isVirtual: false },
    });
    await using encoder = await watched.driver.open(device, never());
    const presented = await encoder.awaitCard(never());
    expect(presented.card).toEqual(CARD);
    expect(await presented.read(never())).toEqual(CARD);
    expect(await encoder.awaitCard(never())).toBe(presented);
    expect(watched.pids).not.toContain(process.pid);
  });

  test('passes options in, cues in and log lines out, and gives the host 16 threads', async () => {
    await using watched = new Watched('well-behaved');
    await using encoder = await watched.driver.open(await watched.arrival('left'), never());
    encoder.cue?.('success');
    await watched.until(() => watched.lines.some((line) => line.message === 'cued'), 'the cue is logged');
    const line = watched.lines.find(({ message }) => message === 'cued');
    expect(line).toMatchObject({
      level: 'info',
      fields: { deviceId: 'left', options: { colour: 'green' }, threads: '16', pid: watched.pids[0] },
    });
  });

  test('carries an abort to the driver, and rejects with the reason of the caller', async () => {
    await using watched = new Watched('well-behaved', { callMs: 5_000 });
    await using encoder = await watched.driver.open(await watched.arrival('right'), never());
    const presented = await encoder.awaitCard(never());
    const abort = new AbortController();
    const read = presented.read(abort.signal);
    const reason = new Error('the guest went for a walk');
    abort.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(watched.pids).toHaveLength(1);
  });

  test('carries codes and messages of the driver unharmed', async () => {
    await using watched = new Watched('refuses');
    await using encoder = await watched.driver.open(await watched.arrival('left'), never());
    const presented = await encoder.awaitCard(never());
    await expect(presented.read(never())).rejects.toMatchObject({
      name: 'EncoderError',
      code: 'card_refused',
      message: 'sector 3: wrong key',
    });
    expect(watched.pids).toHaveLength(1);
  });

  test('opens nothing that has not arrived', async () => {
    await using watched = new Watched('well-behaved');
    const device = await watched.arrival('left');
    const other = { ...device, id: 'middle' };
    await expect(watched.driver.open(other, never())).rejects.toMatchObject({ code: 'device_lost' });
  });
});

describe('a driver with nothing to drive', () => {
  test('is available and has no process, until there is something', async () => {
    let asked = 0;
    let isThere = false;
    await using watched = new Watched(
      'well-behaved',
      { askAgainMs: 1 },
      {
        isWanted: async () => {
          asked += 1;
          return isThere;
        },
      },
    );
    await watched.until(() => watched.news.length > 0, 'it says that it is available');
    expect(watched.news).toEqual([{ news: 'available' }]);
    expect(watched.pids).toEqual([]);
    isThere = true;
    await using encoder = await watched.driver.open(await watched.arrival('left'), never());
    expect((await encoder.awaitCard(never())).card).toEqual(CARD);
    expect(asked).toBeGreaterThan(1);
  });

  test('has one when nobody can say whether there is something: the driver tells what is wrong', async () => {
    const isWanted = () => Promise.reject(new Error('no /sys here'));
    await using watched = new Watched('well-behaved', {}, { isWanted });
    await watched.arrival('left');
  });

  test('ends at once', async () => {
    await using watched = new Watched(
      'well-behaved',
      { askAgainMs: 3_600_000 },
      { isWanted: async () => false },
    );
    await watched.until(() => watched.news.length > 0, 'it says that it is available');
  });
});

describe('a driver host that fails', () => {
  test('is killed when its driver gives up on a native call, and another one follows', async () => {
    await using watched = new Watched('refuses');
    const encoder = await watched.driver.open(await watched.arrival('right'), never());
    const presented = await encoder.awaitCard(never());
    await expect(presented.read(never())).rejects.toMatchObject({ code: 'device_timeout' });
    await watched.arrival('right', 2);
    expect(watched.pids).toHaveLength(2);
    expect(watched.pids.map(isAlive)).toEqual([false, true]);
  });

  test('is killed when a read misses its deadline: that one says device_timeout, the others device_lost', async () => {
    await using watched = new Watched('never-answers');
    const left = await watched.driver.open(await watched.arrival('left'), never());
    const right = await watched.driver.open(await watched.arrival('right'), never());
    const [onLeft, onRight] = [await left.awaitCard(never()), await right.awaitCard(never())];
    const reads = await Promise.allSettled([onLeft.read(never()), onRight.read(never())]);
    expect(reads).toMatchObject([
      { reason: { code: 'device_timeout' } },
      { reason: { code: 'device_lost' } },
    ]);
    for (const encoder of [left, right]) {
      expect(encoder.gone.aborted).toBe(true);
      expect(encoder.gone.reason).toMatchObject({ code: 'device_lost' });
      await expect(encoder.awaitCard(never())).rejects.toBe(encoder.gone.reason);
    }
    expect(onRight.removed.aborted).toBe(true);
    await watched.arrival('left', 2);
    expect(watched.news.map((news) => news.news)).toEqual([
      ...['device_arrived', 'device_arrived', 'device_left', 'device_left'],
      ...['device_arrived', 'device_arrived'].slice(0, watched.news.length - 4),
    ]);
    expect(isAlive(watched.pids[0] ?? 0)).toBe(false);
    const warning = watched.lines.find((line) => line.level === 'warn');
    expect(warning?.fields).toMatchObject({
      driver: 'field',
      reason: 'field did not answer the order "read" within 400 ms',
    });
  });

  test('is killed when its main thread spins, and its devices come back', async () => {
    await using watched = new Watched('spins', { callMs: 20_000, silenceMs: 600 });
    const encoder = await watched.driver.open(await watched.arrival('left'), never());
    const presented = await encoder.awaitCard(never());
    await expect(presented.read(never())).rejects.toMatchObject({
      code: 'device_lost',
      message: expect.stringContaining('no sign of life for 600 ms'),
    });
    await using again = await watched.driver.open(await watched.arrival('right', 2), never());
    expect(await (await again.awaitCard(never())).read(never())).toEqual(CARD);
    expect(isAlive(watched.pids[0] ?? 0)).toBe(false);
  });

  test('that spins before it watches is killed too', async () => {
    await using watched = new Watched('spins-at-start', { startMs: 700, silenceMs: 100 });
    await watched.until(() => watched.pids.length >= 2, 'a second host is started');
    expect(watched.lines.find((line) => line.level === 'warn')?.fields['reason']).toContain(
      'not ready within 700 ms',
    );
  });

  test('that is never in time is given more of it, up to a limit', async () => {
    await using watched = new Watched('spins-at-start', { startMs: 100, longestPatience: 4 });
    const reasons = () =>
      watched.lines.flatMap(({ level, fields }) => (level === 'warn' ? [fields['reason']] : []));
    await watched.until(() => reasons().length >= 4, 'four hosts have been too late');
    expect(reasons().slice(0, 4)).toEqual(
      [100, 200, 400, 400].map((ms) => `it was not ready within ${ms} ms`),
    );
  });

  test('that crashes is started again, and the log says of what it died', async () => {
    await using watched = new Watched('crashes', { callMs: 20_000 });
    const encoder = await watched.driver.open(await watched.arrival('left'), never());
    const presented = await encoder.awaitCard(never());
    await expect(presented.read(never())).rejects.toMatchObject({ code: 'device_lost' });
    await watched.arrival('right', 2);
    expect(watched.lines.find((line) => line.level === 'warn')?.fields['reason']).toContain(
      'RangeError: out of paper',
    );
  });

  test('that crashes again and again is started ever more slowly, and told of as unavailable', async () => {
    await using watched = new Watched('crashes', { callMs: 20_000 });
    for (let times = 1; times <= 3; times++) {
      const encoder = await watched.driver.open(await watched.arrival('left', times), never());
      const presented = await encoder.awaitCard(never());
      await presented.read(never()).catch(() => {});
    }
    await watched.until(
      () => watched.news.some((news) => news.news === 'unavailable'),
      'unavailable is told',
    );
    await watched.arrival('left', 4);
    expect(watched.news.some((news) => news.news === 'available')).toBe(true);
    const waits = watched.lines.flatMap(({ fields }) =>
      typeof fields['respawnMs'] === 'number' ? [fields['respawnMs']] : [],
    );
    expect(waits).toHaveLength(3);
    for (const [failures, waitMs] of waits.entries()) {
      expect(waitMs).toBeGreaterThanOrEqual(10 * 2 ** failures);
      expect(waitMs).toBeLessThanOrEqual(20 * 2 ** failures);
    }
  });

  test('whose package is missing says what to install, and is not started in a loop', async () => {
    await using watched = new Watched('wants-a-package');
    await watched.until(() => watched.news.length > 0, 'news come');
    const [news] = watched.news;
    expect(news).toMatchObject({
      news: 'unavailable',
      reason: expect.stringMatching(/a-package-that-nobody-installed is not installed; run npm install/),
    });
    const warning = watched.lines.find((line) => line.level === 'warn');
    expect(warning?.fields['respawnMs']).toBe(60_000);
    expect(watched.pids).toHaveLength(1);
  });

  test('is tried again later when it could not be loaded', async () => {
    await using watched = new Watched('throws-at-create', { reloadMs: 20 });
    await watched.until(() => watched.pids.length >= 2, 'it is tried again');
    expect(watched.news[0]).toMatchObject({
      news: 'unavailable',
      reason: expect.stringContaining('ports: 0 is not a port'),
    });
  });
});

describe('the end of a driver host', () => {
  test('comes within 2 s, even when the driver does not heed it', PROMISE_OF_TIME, async () => {
    const watched = new Watched('does-not-stop');
    await watched.arrival('left');
    const began = performance.now();
    await watched[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(watched.pids.map(isAlive)).toEqual([false]);
  });

  test('comes by itself when the daemon is killed', async () => {
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('./fixtures/orphan-parent.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: parent.stdout });
    const [line] = await once(lines, 'line');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    try {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      await expect.poll(() => isAlive(pid), { interval: 20 }).toBe(false);
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });
});
