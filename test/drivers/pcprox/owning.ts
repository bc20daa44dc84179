import { expect } from 'vitest';
import type { EncoderDriver } from '../../../src/encoder/contract.ts';
import { makePcproxBench, type PcproxBench } from '../../benches/pcprox/pcprox-encoder-bench.ts';
import { NewsLog, patience, soon } from '../../contracts/encoder-desk.ts';

/** Watches with the driver while `use` runs, with the reader there and open. */
export async function owning(
  bench: PcproxBench,
  driver: EncoderDriver,
  use: (encoder: Awaited<ReturnType<EncoderDriver['open']>>) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const news = new NewsLog(driver, end.signal);
  try {
    const device = await news.device(undefined);
    const encoder = await driver.open(device, patience());
    await use(encoder);
    await encoder[Symbol.asyncDispose]();
  } finally {
    end.abort();
    await soon(news.ended, 'the end of the watch');
  }
  expect(bench.device.eepromWrites).toBe(0);
}

/** The daemon dies: nobody gives the reader back, which keeps its power. */
export async function dying(bench: PcproxBench): Promise<void> {
  const end = new AbortController();
  const news = new NewsLog(bench.driver, end.signal);
  await bench.driver.open(await news.device(undefined), patience());
  bench.port.unplug();
  end.abort();
  await soon(news.ended, 'the end of the watch');
  bench.port.replug();
}

/** A bench while `use` runs. */
export async function withBench(
  use: (bench: PcproxBench) => Promise<void>,
  ...made: Parameters<typeof makePcproxBench>
): Promise<void> {
  const bench = await makePcproxBench(...made);
  try {
    await use(bench);
  } finally {
    await bench.dispose();
  }
}
