import { expect, test } from 'vitest';
import { hostedDriver } from '../../../src/encoder/host/hosted-driver.ts';
import { Msr605Device } from '../../benches/msr605/msr605-device.ts';
import { StripeHand } from '../../benches/msr605/swiping-hand.ts';
import { SimulatedSerialPort } from '../../benches/ports/serial-bench.ts';
import { codeOf, NewsLog, patience, rejectionOf, soon } from '../../contracts/encoder-desk.ts';
import { KeptJournal, KeptLog } from '../../contracts/encoder-site.ts';
import { writtenAs } from '../../contracts/encoder-written.ts';

const { site, card: CARD, image, authentic } = writtenAs('magstripe');

test('in a driver host a stripe is written, and a write that nobody swipes for is not killed before its time', async () => {
  await using port = await SimulatedSerialPort.open();
  const device = new Msr605Device();
  port.onBytes = (bytes) => device.receive(bytes);
  device.onSend = (bytes) => port.send(bytes);
  const hand = new StripeHand(device);
  const log = new KeptLog();
  const driver = hostedDriver({
    name: 'msr605',
    module: new URL('../../../drivers/msr605/index.ts', import.meta.url),
    options: { ports: [port.path] },
    stateDir: '/nonexistent',
    log,
  });
  const end = new AbortController();
  const news = new NewsLog(driver, end.signal);
  const encoder = await driver.open(await news.device(undefined), patience());
  try {
    await hand.placeCard(CARD);
    const card = await encoder.awaitCard(patience());
    await card.write(site, image(1), new KeptJournal(), patience());
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
    hand.isWilling = false;
    const since = performance.now();
    const journal = new KeptJournal();
    const error = await rejectionOf(card.write(site, image(2), journal, AbortSignal.timeout(30_000)));
    expect(codeOf(error)).toBe('card_removed');
    expect(performance.now() - since).toBeGreaterThan(14_900);
    expect(journal.notes.length).toBeGreaterThanOrEqual(5);
    expect(device.arming).toBeUndefined();
    expect(encoder.gone.aborted).toBe(false);
  } finally {
    await encoder[Symbol.asyncDispose]();
    end.abort();
    await soon(news.ended, 'the end of the watch');
  }
});
