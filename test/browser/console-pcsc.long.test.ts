import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/model/api-key.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { keepingPlaceCard } from '../benches/pcsc/pcsc-encoder-bench.ts';
import { Desk } from '../stories/desk.ts';
import { isChromiumMissing, startChromium } from './chromium.ts';
import { ConsolePage, Pictures } from './console-stand.ts';

const READER = 'ACS ACR122U PICC Interface';

describe.skipIf(isChromiumMissing || !pcscdIsAvailable())('a clerk at a PC/SC reader on a real pcscd', () => {
  const pictures = new Pictures();
  let browser: Browser;
  let pcscd: PcscBench;
  let desk: Desk;
  let at: ConsolePage;

  beforeAll(async () => {
    pcscd = await startPcscBench();
    // The driver host is a child of this process, and has its environment.
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
    desk = await Desk.open({ config: { drivers: { pcsc: {} } } });
    await using live = await desk.live(0);
    await live.next(
      'encoder.changed',
      ({ acs_encoder }) => acs_encoder.state === 'online' && acs_encoder.display_name === READER,
    );
    const admin = desk.app('technician', SCOPES);
    browser = await startChromium();
    at = await ConsolePage.open(browser, {
      url: desk.url,
      post: async (path, params) => (await admin.post(path, params)).body,
    });
  });

  afterAll(async () => {
    await browser?.close();
    await desk?.[Symbol.asyncDispose]();
    await pcscd?.dispose();
    pictures[Symbol.dispose]();
  });

  test('takes in a guest, assigns a card, writes a room key, and reads it', async () => {
    const { page } = at;
    const placeCard = keepingPlaceCard(pcscd, 0);
    const says = (text: string) => page.locator('.stage-sentence').filter({ hasText: text }).waitFor();
    // A hand is slower than pcscd, which looks for cards every 400 ms; clicks of a test are not.
    const takeAway = async () => {
      await using live = await desk.live();
      await pcscd.slot(0).remove();
      await live.next('card.removed', () => true);
    };
    await desk.raw.post('/v1/entrances/create', { display_name: 'Room 412' });
    await at.connect('Connect this page', 'Connect');
    await page.getByRole('button', { name: 'New guest' }).first().click();
    await page.getByLabel('Full name').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Create guest' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();

    await page.getByLabel(READER).first().check();
    await page.getByRole('button', { name: /Assign a card/ }).click();
    await says(`Put the card on ${READER}`);
    await placeCard({ technology: 'mifare_classic_1k', uid: '5B7A3C11' });
    await page.getByText(/belongs to Ada Lovelace now/).waitFor();
    await pictures.take(page, 'pcsc-1-assigned');
    await takeAway();
    await page.getByRole('button', { name: /Finish/ }).click();

    await page.getByRole('button', { name: /New room key/ }).click();
    await page.getByLabel('Room 412').check();
    await page.getByRole('button', { name: 'Write 1 card' }).click();
    await says(`Put the card on ${READER}`);
    await placeCard({ technology: 'ntag215', uid: '04C1D2E3F40516' });
    await page.getByText(/is written\./).waitFor();
    await pictures.take(page, 'pcsc-2-written');
    await takeAway();
    await page.getByRole('button', { name: /Finish/ }).click();

    await page.getByRole('button', { name: 'Read a card' }).click();
    await placeCard({ technology: 'ntag215', uid: '04C1D2E3F40516' });
    await says('Room 412');
    await page.locator('.facts').getByText('Ada Lovelace').waitFor();
    await page.locator('.facts').getByText('A key of this house').waitFor();
    await pictures.take(page, 'pcsc-3-read');
    await takeAway();
    expect(await at.findAxeTroubles()).toEqual([]);
    expect(at.troubles).toEqual([]);
  });
});
