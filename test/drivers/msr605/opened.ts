import type { CardEncoder, Device } from '../../../src/encoder/contract.ts';
import { type Msr605BenchSetup, makeHidBench } from '../../benches/msr605/msr605-bench.ts';
import { NewsLog, patience, soon } from '../../contracts/encoder-desk.ts';

/** An encoder that is open over a simulated MSR605X, with a quick person; to dispose of it ends the driver. */
export async function opened(setup: Msr605BenchSetup = {}) {
  const bench = await makeHidBench({
    ...setup,
    pace: { presentMs: 200, againMs: 20, askMs: 100, ...setup.pace },
  });
  const end = new AbortController();
  const news = new NewsLog(bench.driver, end.signal);
  const dispose = async () => {
    end.abort();
    await soon(news.ended, 'the end of the watch');
    await bench.dispose();
  };
  try {
    const device: Device = await news.device(undefined);
    const encoder: CardEncoder = await bench.driver.open(device, patience());
    return {
      ...{ bench, encoder, news, device, hand: bench.swipes, msr: bench.device },
      async [Symbol.asyncDispose]() {
        await encoder[Symbol.asyncDispose]();
        await dispose();
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
