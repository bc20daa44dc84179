import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isChromiumMissing } from './chromium.ts';
import { ClerkStand, findGuest, LONG_NAME, press, says } from './clerk-stand.ts';
import { ConsolePage } from './console-stand.ts';

const attempts = z.object({ action_attempts: z.array(z.object({ status: z.string() })) });

/** What can be scrolled up and down here, by its id or class. */
function scrollers({ page }: ConsolePage): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('html, body, body *')]
      .filter((element) => {
        const { overflowY } = getComputedStyle(element);
        const isScrolling = element.scrollHeight > element.clientHeight;
        return isScrolling && (element === document.documentElement || /auto|scroll/.test(overflowY));
      })
      .map(({ id, className, tagName }) => id || className || tagName),
  );
}

describe.skipIf(isChromiumMissing)('a clerk at the console', () => {
  let stand: ClerkStand;

  beforeAll(async () => {
    stand = await ClerkStand.open();
  });

  afterAll(() => stand?.[Symbol.asyncDispose]());

  afterEach(() => stand.desk.removeCard());

  /** Writes a guest's key for these entrances on a card, and takes it away. */
  async function writeKey(at: ConsolePage, guest: string, entrances: readonly string[], uid: string) {
    await findGuest(at, guest);
    await press(at, /New room key/);
    for (const entrance of entrances) await at.page.getByLabel(entrance).check();
    await press(at, 'Write 1 card');
    await stand.putCard(uid);
    await at.page.getByText(/is written\./).waitFor();
    await stand.desk.removeCard();
    await press(at, /Finish/);
  }

  test('is asked before a card in use is written over, and told whose a card is', async () => {
    const at = await stand.paired();
    const { page } = at;
    await writeKey(at, 'Ada Lovelace', ['Room 412', 'Pool'], '04A10000000003');
    await findGuest(at, 'Grace Hopper');
    await press(at, /New room key/);
    await press(at, 'Write 1 card');
    await page.getByText('Choose at least one room.').waitFor();
    await stand.look(at, '20-no-room');
    await page.getByLabel('Room 101').check();
    await press(at, 'Write 1 card');
    await stand.putCard('04A10000000003');
    await says(at, 'This card is still in use.');
    await page.locator('.stage-facts').getByText('Ada Lovelace').waitFor();
    expect(await page.locator('.stage-facts li').allTextContents()).toEqual([
      'Room 412 and Pool',
      'Ada Lovelace',
      expect.stringMatching(/^Until \d+ \w+,? 11:00$/),
    ]);
    await stand.look(at, '21-write-over');
    // The question was about that card alone.
    await stand.desk.removeCard();
    await says(at, 'Put the card on Virtual encoder 1.');
    await stand.putCard('04A10000000003');
    await says(at, 'This card is still in use.');
    await press(at, 'Write over it');
    await page.getByText(/is written\./).waitFor();
    await stand.look(at, '22-written-over');
    await stand.desk.removeCard();
    await press(at, /Finish/);

    await findGuest(at, LONG_NAME);
    await press(at, /Assign a card/);
    await stand.putCard('04A10000000003');
    await says(at, 'This card belongs to another guest.');
    await stand.look(at, '23-another-guest');
    await stand.desk.removeCard();
    await press(at, /Close/);
    await stand.look(at, '24-long-name');
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('is told to put the same card back, and it is finished', async () => {
    const at = await stand.paired();
    await findGuest(at, 'Adam Smith');
    await press(at, /New room key/);
    await at.page.getByLabel('Gym').check();
    await press(at, 'Write 1 card');
    await says(at, 'Put the card');
    const acs_encoder_id = await stand.desk.encoderId();
    const faults = { pulled_at: { exchange: 12, moment: 'after' } };
    const card = { technology: 'ntag215', uid: '04A10000000004', id: 'torn' };
    await stand.desk.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
    await says(at, 'Put the same card back.');
    await stand.look(at, '30-put-it-back');
    await stand.putCard('04A10000000005');
    await says(at, 'That is another card.');
    await stand.look(at, '31-another-card');
    await stand.desk.removeCard();
    await stand.desk.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    await at.page.getByText(/is written\./).waitFor();
    await stand.desk.removeCard();
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('needs no mouse', async () => {
    const at = await ConsolePage.open(stand.browser, stand.desk, { reducedMotion: 'reduce' });
    const { page } = at;
    const { keyboard } = page;
    await page.getByRole('button', { name: 'Connect this page' }).waitFor();
    await keyboard.press('Enter');
    await keyboard.type(await at.code());
    await keyboard.press('Enter');
    await page.locator('.encoder').first().waitFor();
    await keyboard.press('/');
    await keyboard.type('ad');
    await page.getByRole('option', { name: 'Adam Smith' }).waitFor();
    await keyboard.press('ArrowDown');
    expect(
      await page.getByRole('combobox', { name: 'Search guests' }).getAttribute('aria-activedescendant'),
    ).toBe(await page.getByRole('option', { name: 'Adam Smith' }).getAttribute('id'));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Adam Smith' }).waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await says(at, 'Put the card');
    await page.getByText('Card for Adam Smith').waitFor();
    await keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Adam Smith' }).waitFor();
    const { action_attempts } = attempts.parse(
      await stand.desk.post('/action_attempts/list', { order: 'newest_first', limit: 1 }),
    );
    expect(action_attempts).toMatchObject([{ status: 'error' }]);

    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.type('gar');
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Garage' }).waitFor();
    await keyboard.press('Enter');
    await says(at, 'Put the card');
    await stand.putCard('04A10000000006');
    await page.getByText(/is written\./).waitFor();
    await stand.desk.removeCard();
    await keyboard.press('Enter');
    await page.getByText('Garage').first().waitFor();
    const keys = await page.locator('.key').count();

    // What was not written in the end leaves nothing behind.
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.type('101');
    await keyboard.press('Enter');
    await keyboard.press('Enter');
    await says(at, 'Put the card');
    await keyboard.press('Escape');
    await expect.poll(() => page.locator('.key').count()).toBe(keys);
    expect(await page.locator('.keys').getByText('Room 101').count()).toBe(0);
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('reads German in the dark, where nothing leaves the picture', async () => {
    const at = await ConsolePage.open(stand.browser, stand.desk, { locale: 'de-AT', colorScheme: 'dark' });
    const { page } = at;
    await stand.look(at, '40-german');
    await at.connect('Diese Seite verbinden', 'Verbinden');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await findGuest(at, LONG_NAME);
    await stand.look(at, '41-german-guest');
    await press(at, /Neuer Zimmerschlüssel/);
    await page.getByLabel('Room 102').check();
    await stand.look(at, '42-german-key');
    await press(at, '1 Karte schreiben');
    await says(at, 'Karte auf Virtual encoder 1 legen.');
    await stand.look(at, '43-german-put');
    await page.getByLabel('Sprache').selectOption('fr');
    await says(at, 'Posez la carte sur Virtual encoder 1.');
    await stand.look(at, '44-french-put');
    await page.reload();
    await says(at, 'Posez la carte');
    await page.getByLabel('Langue').selectOption('es');
    await says(at, 'Ponga la tarjeta en Virtual encoder 1.');
    await stand.look(at, '45-spanish-put');
    const isScrolling = await page
      .locator('#content')
      .evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight);
    expect(isScrolling).toBe(false);
    await page.getByLabel('Colores').selectOption('light');
    await page.getByRole('button', { name: /Parar/ }).click();
    await page.getByRole('heading', { name: LONG_NAME }).waitFor();
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('sees who else waits at an encoder, and takes another one', async () => {
    const at = await stand.paired();
    const { page } = at;
    await stand.desk.post('/acs/encoders/scan_credential', { acs_encoder_id: await stand.desk.encoderId() });
    await page.getByText('Used by test').waitFor();
    await press(at, 'Read a card');
    await says(at, 'test uses this encoder.');
    await stand.look(at, '60-in-use');
    await press(at, /Close/);
    await page.getByLabel('Virtual encoder 2').check();
    await press(at, 'Read a card');
    await says(at, 'Put the card on Virtual encoder 2.');
    await page.keyboard.press('Escape');
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('sees that pages want in, sees a code only on a click, and refuses them', async () => {
    const at = await stand.paired();
    const { page } = at;
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const host of ['pms', 'other', 'third']) {
      const asked = await fetch(`${stand.desk.url}/v1/pairing/request`, {
        method: 'POST',
        headers: { origin: `https://${host}.example.com`, 'content-type': 'application/json' },
        body: JSON.stringify({
          scopes: ['scan', 'encode'],
          public_key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
        }),
      });
      expect(asked.status).toBe(200);
    }
    await page.getByText('3 pages ask for access.').waitFor();
    expect(await page.getByText('pms.example.com').count()).toBe(0);
    // The line is below the page, and over nothing.
    const line = await page.locator('.waiting-line').boundingBox();
    const content = await page.locator('#content').boundingBox();
    expect((content?.y ?? 0) + (content?.height ?? 0)).toBeLessThanOrEqual(line?.y ?? 0);
    expect(line?.height).toBeLessThan(56);
    await stand.look(at, '70-pages-ask');
    await press(at, 'Look');
    const dialog = page.getByRole('dialog', { name: 'A page asks for access' });
    await dialog
      .getByText('https://pms.example.com wants to read and assign cards and write cards.')
      .waitFor();
    expect(await dialog.locator('strong').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Show code for https://pms.example.com' }).click();
    await dialog.locator('strong').waitFor();
    expect(await dialog.locator('strong').allTextContents()).toEqual([
      expect.stringMatching(/^\d{3} \d{3}$/),
    ]);
    await stand.look(at, '71-code-shown');
    await dialog.getByRole('button', { name: 'Refuse https://other.example.com' }).click();
    await expect.poll(() => dialog.getByRole('listitem').count()).toBe(2);
    await dialog.getByRole('button', { name: 'Refuse all' }).click();
    await dialog.getByText('No page asks any more.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.waiting-line').waitFor({ state: 'detached' });
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('takes in a guest who is not here yet', async () => {
    const at = await stand.paired();
    const { page } = at;
    await page.getByRole('combobox', { name: 'Search guests' }).fill('Alan Turing');
    await page.getByText('Nobody found for “Alan Turing”.').waitFor();
    await stand.look(at, '80-nobody');
    await page.locator('.guests-box').getByRole('button', { name: 'New guest' }).click();
    expect(await page.getByLabel('Full name').inputValue()).toBe('Alan Turing');
    await page.getByLabel('Phone (optional)').fill('12');
    await press(at, 'Create guest');
    await page.getByText('Begin with + and the country code.').waitFor();
    await stand.look(at, '81-wrong-phone');
    await page.getByLabel('Phone (optional)').fill('0044 20 7946 0123');
    await press(at, 'Create guest');
    await page.getByRole('heading', { name: 'Alan Turing' }).waitFor();
    await page.getByText('+442079460123').first().waitFor();
    const recent = page.getByRole('listbox', { name: 'Recent' });
    await recent.getByRole('option', { name: 'Alan Turing' }).waitFor();
    await page.getByRole('link', { name: 'Technician' }).click();
    await page.getByRole('heading', { name: 'Encoders', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Desk' }).click();
    await page.getByRole('heading', { name: 'Alan Turing' }).waitFor();
    await recent.getByRole('option', { name: 'Alan Turing' }).waitFor();
    // On something as narrow as a telephone the page alone scrolls, and not the window around it.
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await scrollers(at)).toEqual(['content']);
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('who is no longer let in is told, and what to do', async () => {
    const at = await stand.paired();
    const list = z.object({
      client_sessions: z.array(z.object({ client_session_id: z.string(), page_name: z.string().optional() })),
    });
    const { client_sessions } = list.parse(await stand.desk.post('/client_sessions/list', {}));
    for (const { client_session_id } of client_sessions) {
      await stand.desk.post('/client_sessions/revoke', { client_session_id });
    }
    await at.page.getByRole('heading', { name: 'A technician ended this connection.' }).waitFor();
    await at.page.getByRole('button', { name: 'Connect this page' }).waitFor();
    await stand.look(at, '90-revoked');
    await at.page.close();
  });
});
