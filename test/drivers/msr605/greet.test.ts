import { describe, expect, test } from 'vitest';
import { createDriver } from '../../../drivers/msr605/index.ts';
import { msr605Options } from '../../../drivers/msr605/options.ts';
import { isWanted } from '../../../drivers/msr605/wanted.ts';
import { makeHidBench, makeSerialBench } from '../../benches/msr605/msr605-bench.ts';
import { Msr605Device } from '../../benches/msr605/msr605-device.ts';
import { SimulatedStripe } from '../../benches/msr605/stripe.ts';
import { SimulatedSerialPort } from '../../benches/ports/serial-bench.ts';
import { NewsLog, patience, soon } from '../../contracts/encoder-desk.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import { opened } from './opened.ts';

describe('the greeting', () => {
  test('sets the device as ISO/IEC 7811-2 has it, for cards of high coercivity', async () => {
    await using at = await opened();
    expect(at.msr).toMatchObject({
      coercivity: 'high',
      bitsPerInch: [210, 75, 210],
      bitsPerCharacter: [7, 5, 5],
      leadingZeros: [61, 22],
      ignored: [],
    });
    expect(at.device).toMatchObject({
      name: 'MSR605X',
      capabilities: { technologies: ['magnetic_stripe'], isVirtual: false },
    });
  });
  test('sets the device as the configuration has it', async () => {
    const options = { coercivity: 'low', bits_per_inch: [75, 210, 75], bits_per_character: [8, 7, 6] };
    await using at = await opened({ options });
    expect(at.msr).toMatchObject({
      coercivity: 'low',
      bitsPerInch: [75, 210, 75],
      bitsPerCharacter: [8, 7, 6],
    });
  });
  test('disarms a device that was left armed to write', async () => {
    const bench = await makeHidBench();
    bench.device.receive(Uint8Array.of(0x1b, 0x63, 0x02));
    expect(bench.swipes.isArmed).toBe(true);
    const end = new AbortController();
    const news = new NewsLog(bench.driver, end.signal);
    await news.device(undefined);
    expect(bench.device.swipe(new SimulatedStripe(['', '1', '']))).toBe(false);
    end.abort();
    await soon(news.ended, 'the end of the watch');
    await bench.dispose();
  });
  test.each(['refuses', 'does not heed'])('finds out that a device %s feature reports', async (how) => {
    const bench = await makeHidBench();
    bench.shell.heeds = ['output'];
    if (how === 'refuses') bench.shell.refuses = ['feature'];
    const end = new AbortController();
    const news = new NewsLog(bench.driver, end.signal);
    expect((await news.device(undefined)).name).toBe('MSR605X');
    end.abort();
    await soon(news.ended, 'the end of the watch');
    await bench.dispose();
  });
  test('says what to do about a device that cannot write such cards', async () => {
    const bench = await makeSerialBench();
    bench.device.refusedSettings.add(0x78);
    expect(await troubleOf(bench)).toMatch(/high coercivity.*configure coercivity: low/);
  });
  test('takes an older device that has 210 bits per inch on tracks 1 and 3, and nothing else', async () => {
    const bench = await makeSerialBench();
    for (const code of [0xa0, 0xa1, 0xc0, 0xc1]) bench.device.refusedSettings.add(code);
    const end = new AbortController();
    const news = new NewsLog(bench.driver, end.signal);
    expect((await news.device(undefined)).name).toBe('MSR605');
    end.abort();
    await soon(news.ended, 'the end of the watch');
    await bench.dispose();
    const other = await makeSerialBench({ options: { bits_per_inch: [75, 75, 210] } });
    for (const code of [0xa0, 0xa1]) other.device.refusedSettings.add(code);
    expect(await troubleOf(other)).toMatch(/75 bits per inch on track 1/);
  });
  test('says what to do about a port where nothing answers', async () => {
    const bench = await makeSerialBench();
    bench.wire.silence();
    expect(await troubleOf(bench)).toMatch(/^Nothing answered as an MSR605.*power/);
  });
});

test('the driver reads a stripe over a serial port that the configuration assigns', async () => {
  await using port = await SimulatedSerialPort.open();
  const device = new Msr605Device();
  port.onBytes = (bytes) => device.receive(bytes);
  device.onSend = (bytes) => port.send(bytes);
  const options = msr605Options.parse({ ports: [port.path] });
  const driver = createDriver({ options, stateDir: '/nonexistent', log: new KeptLog() });
  const end = new AbortController();
  const news = new NewsLog(driver, end.signal);
  const encoder = await driver.open(await news.device(undefined), patience());
  device.onArming = (arming) =>
    arming && setImmediate(() => device.swipe(new SimulatedStripe(['', '42=', ''])));
  expect((await encoder.awaitCard(patience())).card).toEqual({
    uid: '0000002A',
    technology: 'magnetic_stripe',
  });
  await encoder[Symbol.asyncDispose]();
  end.abort();
  await soon(news.ended, 'the end of the watch');
});

test('the driver is wanted where a port is assigned, and not where nothing is', async () => {
  expect(await isWanted(msr605Options.parse({ ports: ['/dev/ttyUSB0'] }))).toBe(true);
  expect(await isWanted(msr605Options.parse({}))).toBe(false);
});

/** What the driver says of a device that it does not announce. */
async function troubleOf(bench: Awaited<ReturnType<typeof makeSerialBench>>): Promise<string> {
  const end = new AbortController();
  const news = new NewsLog(bench.driver, end.signal);
  try {
    return await news.until('trouble', (seen) =>
      seen.flatMap((told) => (told.news === 'trouble' && told.reason ? [told.reason] : [])).at(0),
    );
  } finally {
    end.abort();
    await soon(news.ended, 'the end of the watch');
    await bench.dispose();
  }
}
