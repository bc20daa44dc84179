import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PortTrouble } from '../../../drivers/ports/contract.ts';
import { ORDINARY_PACE, retryMs } from '../../../drivers/ports/pace.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { greeted, IdleEncoder, KeptBench } from '../../benches/ports/kept-bench.ts';
import { candidateAt, type ScriptedLine, ScriptedSource } from '../../benches/ports/scripted-source.ts';
import { codeOf, NewsLog, patience, rejectionOf, soon } from '../../contracts/encoder-desk.ts';

/** No test is that patient. */
const NO_RETRY = { firstRetryMs: 60_000, longestRetryMs: 60_000 };

const never = () => new Promise<never>(() => {});
const left = (path: string) => ({ news: 'device_left', deviceId: candidateAt(path).key });
const arrived = (path: string) => ({
  news: 'device_arrived',
  device: {
    id: candidateAt(path).key,
    name: `device at ${path}`,
    capabilities: { technologies: [], isVirtual: false },
  },
});

describe('watch', () => {
  test('tells of the devices that answer, and only then that it sees them', async () => {
    await using bench = new KeptBench(new ScriptedSource('/dev/a', '/dev/b'));
    const news = await bench.available();
    expect(news).toHaveLength(3);
    expect(news).toEqual([arrived('/dev/a'), arrived('/dev/b'), { news: 'available' }]);
  });
  test('sees where there is nothing to see', async () => {
    await using bench = new KeptBench(new ScriptedSource());
    expect(await bench.available()).toEqual([{ news: 'available' }]);
  });
  test('tells of the trouble of a port before it says that it sees', async () => {
    const source = new ScriptedSource('/dev/a');
    source.onOpen = async () =>
      Promise.reject(new PortTrouble('held', '/dev/a is in use by cat (pid 1): end it'));
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([
      { news: 'trouble', reason: '/dev/a is in use by cat (pid 1): end it.' },
      { news: 'available' },
    ]);
  });
  test('says that it cannot see while looking fails, and goes on', async () => {
    const source = new ScriptedSource('/dev/a');
    const look = source.onLook;
    source.onLook = async () => {
      source.onLook = look;
      throw new Error('sysfs is not mounted');
    };
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([
      { news: 'unavailable', reason: 'sysfs is not mounted' },
      arrived('/dev/a'),
      { news: 'available' },
    ]);
  });
  test('takes what is found in two ways for one', async () => {
    const source = new ScriptedSource('/dev/a', '/dev/a');
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([arrived('/dev/a'), { news: 'available' }]);
  });
  test('begins anew once it has ended, and names devices the same', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, async (line) =>
      greeted(line, {
        leave: async () => {
          await nextTurn();
          source.story.push(`left ${line.path}`);
        },
      }),
    );
    const first = await bench.news.device(undefined);
    bench.end.abort();
    const end = new AbortController();
    const again = new NewsLog(bench.driver, end.signal);
    const news = await again.until('available', (seen) =>
      seen.some(({ news }) => news === 'available') ? [...seen] : undefined,
    );
    expect(news).toEqual([{ news: 'device_arrived', device: first }, { news: 'available' }]);
    expect(source.story).toEqual(['opening /dev/a', 'left /dev/a', 'closed /dev/a', 'opening /dev/a']);
    end.abort();
    await soon(again.ended, 'the end of the second watch');
  });
});

describe('a device that is lost', () => {
  test('leaves, its line is closed, and it arrives again', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source);
    await bench.arrivals(1);
    source.lines[0]?.lose();
    expect((await bench.arrivals(2)).slice(-2)).toEqual([left('/dev/a'), arrived('/dev/a')]);
    expect(source.story).toEqual(['opening /dev/a', 'closed /dev/a', 'opening /dev/a']);
  });
  test('again and again is tried at intervals that double', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, async (line) => {
      queueMicrotask(() => line.lose());
      return greeted(line);
    });
    await bench.departures(7);
    const waits = bench
      .logged('a port is tried again later')
      .map((line) => Number(/"nextTryMs":(\d+)/.exec(line)?.[1]));
    const planned = [1, 2, 4, 8, 8, 8];
    for (const [index, ms] of planned.entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(Math.round(0.8 * ms));
      expect(waits[index]).toBeLessThanOrEqual(Math.round(1.2 * ms));
    }
  });
  test('after it stayed well is tried as after the first failure', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(
      source,
      async (line) => {
        queueMicrotask(() => line.lose());
        return greeted(line);
      },
      { wellMs: 0 },
    );
    await bench.departures(6);
    expect(bench.logged('a port is tried again later')).toEqual(
      bench
        .logged('a port is tried again later')
        .filter((line) => line.includes('"failures":1,"nextTryMs":1')),
    );
  });
  test('by its plug is tried at once when it is back, however long the wait would be', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, undefined, NO_RETRY);
    await bench.arrivals(1);
    source.candidates = [];
    expect((await bench.departures(1)).at(-1)).toEqual(left('/dev/a'));
    expect(source.lines[0]?.gone.aborted).toBe(true);
    source.candidates = [candidateAt('/dev/a')];
    await bench.arrivals(2);
  });
  test('and replugged between two looks is tried at once', async () => {
    const source = new ScriptedSource('/dev/a');
    const open = source.onOpen;
    source.onOpen = () => Promise.reject(new PortTrouble('no_answer', 'nothing answers'));
    await using bench = new KeptBench(source, undefined, NO_RETRY);
    await bench.troubles(1);
    await source.looked(2);
    source.onOpen = open;
    source.candidates = [{ ...candidateAt('/dev/a'), plugging: 'the second time' }];
    await bench.arrivals(1);
    source.candidates = [{ ...candidateAt('/dev/a'), plugging: 'the third time' }];
    await source.looked(2);
    expect(source.lines.map(({ gone }) => gone.aborted)).toEqual([false]);
  });
  test('and comes back under another path keeps its id', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, undefined, NO_RETRY);
    await bench.arrivals(1);
    source.candidates = [{ ...candidateAt('/dev/a'), path: '/dev/b' }];
    const news = await bench.arrivals(2);
    expect(news.at(-1)).toMatchObject({
      device: { id: candidateAt('/dev/a').key, name: 'device at /dev/b' },
    });
    expect(source.story).toEqual(['opening /dev/a', 'closed /dev/a', 'opening /dev/b']);
  });
  test('is tried after 250 ms at first, then twice as long up to 30 s, a fifth more or less', () => {
    const range = (failures: number) =>
      [0, 0.999999].map((luck) => retryMs(failures, ORDINARY_PACE, () => luck));
    expect([1, 2, 3, 7, 8, 9, 1_000].map(range)).toEqual([
      [200, 300],
      [400, 600],
      [800, 1_200],
      [12_800, 19_200],
      [24_000, 36_000],
      [24_000, 36_000],
      [24_000, 36_000],
    ]);
  });
});

describe('a greeting', () => {
  const answers: readonly (readonly [string, () => Promise<never>, RegExp])[] = [
    [
      'says what else answers',
      () => Promise.reject(new PortTrouble('wrong_device', 'an app for keyboards answers')),
      /^\/dev\/a: an app for keyboards answers\.$/,
    ],
    [
      'is answered wrong',
      () => Promise.reject(new EncoderError('device_protocol', '3 bytes instead of 4')),
      /^\/dev\/a: 3 bytes instead of 4\.$/,
    ],
    [
      'breaks',
      () => Promise.reject(new TypeError('undefined is not a function')),
      /^\/dev\/a: undefined is not a function\.$/,
    ],
    ['hangs', never, /^\/dev\/a: nothing that this driver knows answered within 20 ms: .*\.$/],
  ];
  test.each(answers)(
    'that %s is told as the trouble of the port, and tried again',
    async (_, answer, reason) => {
      let greetings = 0;
      const source = new ScriptedSource('/dev/a');
      await using bench = new KeptBench(
        source,
        async (line) => (++greetings < 3 ? answer() : greeted(line)),
        {
          greetMs: 20,
        },
      );
      const news = await bench.arrivals(1);
      const told = news.filter(({ news }) => news !== 'available');
      expect(told).toEqual([
        { news: 'trouble', reason: expect.stringMatching(reason) },
        { news: 'trouble', reason: null },
        arrived('/dev/a'),
      ]);
      expect(source.lines.map(({ gone }) => gone.aborted)).toEqual([true, true, false]);
      expect(bench.logged('a port has a trouble')).toHaveLength(1);
      expect(bench.logged('the trouble of a port has ended')).toHaveLength(1);
    },
  );
  test('that breaks is logged with its stack', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, () =>
      Promise.reject(new TypeError('undefined is not a function')),
    );
    await bench.troubles(1);
    expect(bench.logged('trying a port broke')[0]).toContain('kept-driver.test.ts');
  });
  test('at a line that is lost meanwhile ends, though it heeds nothing', async () => {
    const source = new ScriptedSource('/dev/a');
    const greetings = Promise.withResolvers<ScriptedLine>();
    await using bench = new KeptBench(source, (line) => {
      greetings.resolve(line);
      return never();
    });
    (await greetings.promise).lose(new EncoderError('device_lost', 'no more bytes'));
    expect(await bench.troubles(1)).toEqual(['/dev/a: no more bytes.']);
  });
});

describe('troubles', () => {
  test('of several ports are told together, what the configuration names and is not there among them', async () => {
    const source = new ScriptedSource('/dev/a', '/dev/b');
    source.troubles = [new PortTrouble('absent', '/dev/c is not there')];
    source.onOpen = async (candidate) => {
      if (candidate.path === '/dev/b') throw new PortTrouble('no_access', 'the user may not open /dev/b');
      return source.line(candidate);
    };
    await using bench = new KeptBench(source);
    expect(await bench.troubles(2)).toEqual([
      '/dev/c is not there.',
      '/dev/c is not there. The user may not open /dev/b.',
    ]);
    source.troubles = [];
    expect((await bench.troubles(3)).at(-1)).toBe('The user may not open /dev/b.');
    source.candidates = [candidateAt('/dev/a')];
    expect((await bench.troubles(4)).at(-1)).toBeNull();
    await source.looked(3);
    expect(bench.logged('a port has a trouble')).toHaveLength(2);
  });
  test('that all ports have alike are told once', async () => {
    const source = new ScriptedSource('/dev/a', '/dev/b');
    source.onOpen = () => Promise.reject(new PortTrouble('unloadable', 'the package cannot be loaded'));
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([
      { news: 'trouble', reason: 'The package cannot be loaded.' },
      { news: 'available' },
    ]);
  });
  test('are not told of a device that was just unplugged', async () => {
    const source = new ScriptedSource('/dev/a', '/dev/b');
    source.onOpen = async (candidate) => {
      if (candidate.path === '/dev/b') return source.line(candidate);
      source.candidates = [candidateAt('/dev/b')];
      throw new PortTrouble('not_a_port', 'input/output error');
    };
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([arrived('/dev/b'), { news: 'available' }]);
  });
  test('of a device that is not there when it is opened are left to the look around', async () => {
    const source = new ScriptedSource('/dev/a');
    source.onOpen = () => Promise.reject(new PortTrouble('absent', '/dev/a is not plugged in'));
    await using bench = new KeptBench(source);
    expect(await bench.available()).toEqual([{ news: 'available' }]);
  });
  test('about access are not told at the first try of what was plugged in just now', async () => {
    const source = new ScriptedSource();
    await using bench = new KeptBench(source);
    await bench.available();
    let tries = 0;
    source.onOpen = async (candidate) => {
      if (++tries === 1) throw new PortTrouble('no_access', 'not yet');
      return source.line(candidate);
    };
    source.candidates = [candidateAt('/dev/a')];
    expect(await bench.arrivals(1)).toEqual([{ news: 'available' }, arrived('/dev/a')]);
  });
  test('about access are told at the second', async () => {
    const source = new ScriptedSource();
    await using bench = new KeptBench(source);
    await bench.available();
    source.onOpen = () => Promise.reject(new PortTrouble('no_access', 'never'));
    source.candidates = [candidateAt('/dev/a')];
    expect(await bench.troubles(1)).toEqual(['/dev/a: never.']);
  });
  test('of a port that does not open in time are told, and what opens late is closed', async () => {
    const source = new ScriptedSource('/dev/a');
    const late = Promise.withResolvers<ScriptedLine>();
    source.onOpen = () => late.promise;
    await using bench = new KeptBench(source, undefined, { ...NO_RETRY, openMs: 20 });
    expect(await bench.troubles(1)).toEqual(['/dev/a: did not open within 20 ms: plug it in anew.']);
    const line = source.line(candidateAt('/dev/a'));
    late.resolve(line);
    await soon(
      new Promise((resolve) => line.gone.addEventListener('abort', resolve)),
      'the end of the late line',
    );
  });
});

describe('open', () => {
  test('gives the encoder to one at a time', async () => {
    await using bench = new KeptBench(new ScriptedSource('/dev/a'));
    const device = await bench.news.device(undefined);
    const encoder = await bench.driver.open(device, patience());
    expect(String(await rejectionOf(bench.driver.open(device, patience())))).toMatch(/is open already/);
    await encoder[Symbol.asyncDispose]();
    await using _again = await bench.driver.open(device, patience());
  });
  test('rejects with device_lost once the device has gone, and gives it again when it is back', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source);
    const device = await bench.news.device(undefined);
    const encoder = await bench.driver.open(device, patience());
    source.candidates = [];
    await bench.departures(1);
    expect(encoder.gone.aborted).toBe(true);
    expect(codeOf(await rejectionOf(bench.driver.open(device, patience())))).toBe('device_lost');
    source.candidates = [candidateAt('/dev/a')];
    await bench.arrivals(2);
    await using _again = await bench.driver.open(device, patience());
  });
  test('rejects with device_lost while the device is not yet back', async () => {
    const source = new ScriptedSource('/dev/a');
    await using bench = new KeptBench(source, undefined, NO_RETRY);
    const device = await bench.news.device(undefined);
    source.lines[0]?.lose();
    expect(codeOf(await rejectionOf(bench.driver.open(device, patience())))).toBe('device_lost');
    await bench.departures(1);
    expect(codeOf(await rejectionOf(bench.driver.open(device, patience())))).toBe('device_lost');
  });
  test('that hangs ends by its signal or with the device, and what opens late is closed', async () => {
    const source = new ScriptedSource('/dev/a');
    const late = Promise.withResolvers<IdleEncoder>();
    await using bench = new KeptBench(source, async (line) => greeted(line, { open: () => late.promise }));
    const device = await bench.news.device(undefined);
    const reason = new Error('nobody waits any more');
    const stop = new AbortController();
    const opening = rejectionOf(bench.driver.open(device, stop.signal));
    stop.abort(reason);
    expect(await opening).toBe(reason);
    expect(String(await rejectionOf(bench.driver.open(device, patience())))).toMatch(/is open already/);
    const encoder = new IdleEncoder(patience());
    late.resolve(encoder);
    await late.promise;
    const again = bench.driver.open(device, patience()).catch(() => bench.driver.open(device, patience()));
    await using _again = await again;
    expect(encoder.isClosed).toBe(true);
  });
});

describe('the end of the watch', () => {
  test('leaves the device as it was found, and then closes its line', async () => {
    const source = new ScriptedSource('/dev/a');
    const bench = new KeptBench(source, async (line) =>
      greeted(line, { leave: async () => void source.story.push(`left ${line.path}`) }),
    );
    await bench.available();
    await bench.ended();
    expect(source.story).toEqual(['opening /dev/a', 'left /dev/a', 'closed /dev/a']);
  });
  test('does not leave a device that is gone', async () => {
    const source = new ScriptedSource('/dev/a');
    const bench = new KeptBench(source, async (line) =>
      greeted(line, { leave: async () => void source.story.push('left') }),
    );
    await bench.available();
    source.candidates = [];
    await bench.departures(1);
    await bench.ended();
    expect(source.story).toEqual(['opening /dev/a', 'closed /dev/a']);
  });
  test('is not held up by a device that cannot be left, or a line that cannot be closed', async () => {
    const source = new ScriptedSource('/dev/a', '/dev/b');
    source.onOpen = async (candidate) => {
      const line = source.line(candidate);
      if (candidate.path === '/dev/b') line[Symbol.asyncDispose] = never;
      return line;
    };
    const bench = new KeptBench(source, async (line) => greeted(line, { leave: never }), { closeMs: 20 });
    await bench.available();
    await bench.ended();
    expect(source.story).toContain('closed /dev/a');
  });
  test('comes at once in the middle of an opening', async () => {
    const source = new ScriptedSource('/dev/a');
    source.onOpen = never;
    const bench = new KeptBench(source);
    await source.looked(2);
    await bench.ended();
  });
  test('comes at once in the middle of a greeting, and closes the line', async () => {
    const source = new ScriptedSource('/dev/a');
    const bench = new KeptBench(source, never);
    await source.looked(2);
    await bench.ended();
    expect(source.story).toEqual(['opening /dev/a', 'closed /dev/a']);
  });
  test('comes at once while a port waits for its next try', async () => {
    const source = new ScriptedSource('/dev/a');
    source.onOpen = () => Promise.reject(new PortTrouble('held', 'held'));
    const bench = new KeptBench(source, undefined, { ...NO_RETRY, lookMs: 60_000 });
    await bench.troubles(1);
    await bench.ended();
    expect(bench.logged('the trouble of a port has ended')).toEqual([]);
  });
});
