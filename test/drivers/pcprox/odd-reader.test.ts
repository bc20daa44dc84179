import { describe, expect, test } from 'vitest';
import type { PcproxBench } from '../../benches/pcprox/pcprox-encoder-bench.ts';
import { printedCard } from '../../benches/pcprox/wiegand-card.ts';
import { NewsLog, patience, soon } from '../../contracts/encoder-desk.ts';
import { owning, withBench } from './owning.ts';

const CARD = printedCard('h10301', 17n, 1234n);

describe('a reader that loses its power without leaving, and has no card,', () => {
  test('types nothing after 2 s', () =>
    withBench(async (bench) => {
      await owning(bench, bench.driver, async () => {
        const own = bench.device.pages;
        bench.device.powerCycle();
        expect(bench.device.pages).not.toEqual(own);
        await expect.poll(() => bench.device.pages).toEqual(own);
      });
    }));
});

describe('a reader that answers wrongly once while it is taken over', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'is given back as it was found, whichever answer it was (%i)',
    (spoilt) =>
      withBench(async (bench) => {
        const found = bench.device.pages;
        const face = { ...bench.port.face };
        let answers = 0;
        bench.port.face = {
          ...face,
          featureReport: async (id, length) => {
            const answer = (await face.featureReport?.(id, length)) ?? new Uint8Array(0);
            if (answers++ === spoilt) answer[4] = (answer[4] ?? 0) ^ 0x10;
            return answer;
          },
        };
        await owning(bench, bench.driver, async () => {});
        expect(answers).toBeGreaterThan(8);
        expect(bench.device.pages).toEqual(found);
      }),
  );
});

describe('a reader that is not as the driver needs it', () => {
  async function complaintOf(bench: PcproxBench): Promise<string> {
    const end = new AbortController();
    const news = new NewsLog(bench.driver, end.signal);
    try {
      return await news.until('a trouble', (seen) =>
        seen.flatMap((each) => (each.news === 'trouble' && each.reason !== null ? [each.reason] : [])).at(0),
      );
    } finally {
      end.abort();
      await soon(news.ended, 'the end of the watch');
    }
  }

  test('because it types whatever it is told is not taken, and the trouble says so', () =>
    withBench(
      async (bench) => {
        expect(await complaintOf(bench)).toMatch(/goes on typing card numbers/);
      },
      {},
      { ignores: ['halt'] },
    ));

  test('because it is another device is not taken, and the trouble says so', () =>
    withBench(async (bench) => {
      bench.port.face = { onFeatureReport: () => {}, featureReport: () => new Uint8Array(9) };
      expect(await complaintOf(bench)).toMatch(/not as a pcProx/);
    }));

  test('because it cuts parities off all the same gives the right number of a card of a known format', () =>
    withBench(
      async (bench) => {
        await owning(bench, bench.driver, async (encoder) => {
          bench.device.hold(CARD);
          const { card } = await encoder.awaitCard(patience());
          expect(BigInt(`0x${card.uid}`)).toBe(1701234n);
        });
      },
      {},
      { ignores: ['cut'] },
    ));

  test('because it cuts bits off gives no number of a card of an unknown format', () =>
    withBench(
      async (bench) => {
        await owning(bench, bench.driver, async (encoder) => {
          bench.device.hold('10100001101100101100001111010100');
          await expect(encoder.awaitCard(patience())).rejects.toMatchObject({
            code: 'card_unsupported',
            message: expect.stringMatching(/has 32 bits.*cuts 2 of them off/),
          });
        });
      },
      {},
      { ignores: ['cut'] },
    ));
});
