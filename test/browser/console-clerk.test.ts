import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isChromiumMissing } from './chromium.ts';
import { ClerkStand, findGuest, LONG_NAME, press, says } from './clerk-stand.ts';
import { ConsolePage } from './console-stand.ts';

describe.skipIf(isChromiumMissing)('a clerk at the console', () => {
  let stand: ClerkStand;

  beforeAll(async () => {
    stand = await ClerkStand.open();
  });

  afterAll(() => stand?.[Symbol.asyncDispose]());

  afterEach(() => stand.desk.removeCard());

  test('is let in by a code, assigns a card, undoes it, and writes two keys', async () => {
    const at = await ConsolePage.open(stand.browser, stand.desk);
    const { page } = at;
    await page.getByRole('heading', { name: 'Connect this page to the desk.' }).waitFor();
    await stand.look(at, '01-not-connected');
    await press(at, 'Connect this page');
    const code = await at.code();
    await stand.look(at, '02-code');
    await page.getByLabel('Six-digit code').fill(code === '000000' ? '111111' : '000000');
    await press(at, 'Connect');
    await page.getByText('That code is wrong. Tries left: 2.').waitFor();
    await stand.look(at, '03-wrong-code');
    await page.getByLabel('Six-digit code').fill(code);
    await press(at, 'Connect');
    await page.getByText('Choose a guest, or read a card.').waitFor();
    await page.getByText('Virtual encoder 2').waitFor();
    await stand.look(at, '04-connected');

    await page.getByRole('combobox', { name: 'Search guests' }).fill('ad');
    await page.getByRole('option', { name: LONG_NAME }).waitFor();
    expect(await page.getByRole('listbox').getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('Ada Lovelace'),
      expect.stringContaining('Adam Smith'),
      expect.stringContaining('Adelheid'),
    ]);
    await stand.look(at, '05-search');
    await findGuest(at, 'Ada Lovelace');
    await page.getByText('No cards yet.').waitFor();
    await stand.look(at, '06-guest');

    await press(at, /Assign a card/);
    await says(at, 'Put the card on Virtual encoder 1.');
    await page.getByText('Waits for Ada Lovelace').waitFor();
    await stand.look(at, '07-put-the-card');
    await stand.putCard('04A10000000001');
    await page.getByText(/belongs to Ada Lovelace now/).waitFor();
    await says(at, 'Done.');
    await page.locator('.stage-rest').getByText('Take the card away.').waitFor();
    await stand.look(at, '08-assigned');
    await stand.desk.removeCard();
    await page.locator('.stage-rest').getByText('Take the card away.').waitFor({ state: 'detached' });
    await press(at, 'Undo');
    await says(at, 'Undone.');
    await page.locator('.stage-rest').getByText('The card is free again.').waitFor();
    expect(await page.getByText(/belongs to Ada Lovelace now/).count()).toBe(0);
    await page.locator('.history tbody tr').first().getByText('Undone').waitFor();
    await stand.look(at, '09-undone-panel');
    // The button that was pressed is gone; Enter goes on with the work.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Finish/);
    await page.keyboard.press('Enter');
    await page.getByText('No cards yet.').waitFor();
    await stand.look(at, '09-undone');

    await press(at, /New room key/);
    await page.getByLabel('Search rooms').fill('412');
    await page.keyboard.press('Enter');
    await page.getByLabel('Pool').check();
    await press(at, 'One card more');
    await stand.look(at, '10-new-key');
    await press(at, 'Write 2 cards');
    await says(at, 'Put the card on Virtual encoder 1.');
    await page.getByText('Card 1 of 2').waitFor();
    await stand.look(at, '11-first-key');
    await stand.putCard('04A10000000002');
    await says(at, 'Card 1 is ready.');
    await stand.look(at, '12-first-key-ready');
    await stand.desk.removeCard();
    await page.getByText('Card 2 of 2').waitFor();
    await stand.putCard('04A10000000002');
    await says(at, 'This card is ready already.');
    await stand.look(at, '13-same-card-again');
    await stand.desk.removeCard();
    await says(at, 'Put the card on Virtual encoder 1.');
    await stand.putCard('04A10000000003');
    await page.getByText('2 cards are ready.').waitFor();
    await stand.look(at, '14-both-ready');
    await stand.desk.removeCard();
    await page.keyboard.press('Enter');
    await page.getByText('Room 412 and Pool').first().waitFor();
    expect(await page.locator('.key').count()).toBe(2);
    await stand.look(at, '15-guest-with-keys');

    await press(at, 'Read a card');
    await stand.putCard('04A10000000003');
    await says(at, 'Room 412 and Pool');
    await page.getByText('A key of this house').waitFor();
    await page.locator('.facts').getByText('Ada Lovelace').waitFor();
    await stand.look(at, '16-what-is-on-it');
    await press(at, /Finish/);
    await stand.desk.removeCard();
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('goes on after a reload in the middle, and when the daemon was away', async () => {
    const at = await stand.paired();
    const { page } = at;
    await findGuest(at, 'Grace Hopper');
    await press(at, /Assign a card/);
    await says(at, 'Put the card');
    await page.reload();
    await says(at, 'Put the card');
    await page.getByText('Card for Grace Hopper').waitFor();
    await stand.desk.kill();
    await page.getByText('Reconnecting…').waitFor();
    await says(at, 'The connection broke.');
    await stand.look(at, '50-reconnecting');
    await page.reload().catch(() => undefined);
    await stand.desk.start();
    await page.goto(stand.desk.url);
    await says(at, 'Put the card');
    await stand.putCard('04A10000000007');
    await page.getByText(/belongs to Grace Hopper now/).waitFor();
    await stand.desk.removeCard();
    await at.page.close();
  });
});
