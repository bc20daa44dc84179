import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printedCard } from '../../benches/pcprox/wiegand-card.ts';
import { NewsLog, patience, soon } from '../../contracts/encoder-desk.ts';
import { dying, owning, withBench } from './owning.ts';

const CARD = printedCard('h10301', 17n, 1234n);
const OTHER = printedCard('h10301', 17n, 1235n);
/** Of a site that uses the reader by its SDK, and never wants it to type. */
const SDK_PAGES = [
  [3, 5, 0x11, 16, 26, 0, 40, 0x80],
  [0, 8, 10, 21, 2, 2, 0, 0],
  [0, 0x10, 0, 0, 0, 0, 0, 0],
];

describe('a reader', () => {
  test('types nothing while the driver has it, and is as it was found after, its EEPROM untouched', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      await owning(bench, bench.driver, async (encoder) => {
        bench.device.hold(CARD);
        const presented = await encoder.awaitCard(patience());
        expect(presented.card.uid).toBe('0019F572');
        expect(BigInt(`0x${presented.card.uid}`)).toBe(1701234n);
        encoder.cue?.('success');
      });
      expect(bench.device.typed).toEqual([]);
      expect(bench.device.pages).toEqual(found);
      bench.device.hold(OTHER);
      expect(bench.device.typed).toHaveLength(1);
      expect(await readdir(bench.stateDir)).toEqual([]);
    }));

  test('is silent from the moment when it is announced, opened or not', () =>
    withBench(async (bench) => {
      const end = new AbortController();
      const news = new NewsLog(bench.driver, end.signal);
      await news.device(undefined);
      bench.device.hold(CARD);
      end.abort();
      await soon(news.ended, 'the end of the watch');
      expect(bench.device.typed).toEqual([]);
    }));

  test('is given back as its owner had it, also when the daemon before died with it', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      await dying(bench);
      expect(bench.device.pages).not.toEqual(found);
      await owning(bench, bench.anotherDriver(), async () => {});
      expect(bench.device.pages).toEqual(found);
    }));

  test('whose daemon died while a light was on gets its lights back', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      const end = new AbortController();
      const news = new NewsLog(bench.driver, end.signal);
      const encoder = await bench.driver.open(await news.device(undefined), patience());
      encoder.cue?.('failure');
      await expect.poll(() => bench.device.lights).toEqual({ red: true, green: false });
      bench.port.unplug();
      end.abort();
      await soon(news.ended, 'the end of the watch');
      bench.port.replug();
      await owning(bench, bench.anotherDriver(), async () => {});
      expect(bench.device.pages).toEqual(found);
      expect(bench.device.lights).toBe('its own');
    }));

  test('is given back as its owner had it, also when the next daemon holds cards for longer', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      await dying(bench);
      await owning(bench, bench.anotherDriver({ hold_ms: 2_000 }), async () => {
        expect(bench.device.holdMs).toBe(2_016);
      });
      expect(bench.device.pages).toEqual(found);
    }));

  test('that was configured otherwise since the daemon died is given back so', () =>
    withBench(async (bench) => {
      await dying(bench);
      const since = [5, 5, 0, 16, 37, 0, 43, 0x20];
      for (const report of [[0x80, 0, 0, 0, 0, 0, 0, 0], since, [0x90, 0, 0, 0, 0, 0, 0, 0]])
        bench.device.setFeature(Uint8Array.from(report));
      await owning(bench, bench.anotherDriver(), async () => {});
      expect(bench.device.pages[0]).toEqual(since);
    }));

  test('that typed nothing before goes on typing nothing', () =>
    withBench(
      async (bench) => {
        await owning(bench, bench.driver, async () => {});
        expect(bench.device.pages).toEqual(SDK_PAGES);
      },
      {},
      { pages: SDK_PAGES },
    ));

  test('of which what was kept is damaged is given back as it is found now', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      await writeFile(join(bench.stateDir, `${bench.port.candidate.key}.json`), '{"format":"03');
      await owning(bench, bench.driver, async () => {});
      expect(bench.device.pages).toEqual(found);
    }));

  test('that another program left in the middle of a command is taken over all the same', () =>
    withBench(async (bench) => {
      const found = bench.device.pages;
      bench.device.setFeature(Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0));
      await owning(bench, bench.driver, async (encoder) => {
        bench.device.hold(CARD);
        await encoder.awaitCard(patience());
      });
      expect(bench.device.pages).toEqual(found);
    }));

  test('that loses its power without leaving is configured again, and no number is made of bits that it cut off', () =>
    withBench(async (bench) => {
      await owning(bench, bench.driver, async (encoder) => {
        bench.device.powerCycle();
        bench.device.hold(CARD);
        const { card } = await encoder.awaitCard(patience());
        expect(BigInt(`0x${card.uid}`)).toBe(1701234n);
        const typed = bench.device.typed.length;
        bench.device.hold(OTHER);
        expect(bench.device.typed).toHaveLength(typed);
      });
      expect(bench.logged.join('\n')).toContain('has lost its configuration');
    }));
});
