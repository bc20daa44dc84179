import { generateKeyPairSync } from 'node:crypto';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isChromiumMissing, startChromium } from './chromium.ts';
import { ConsolePage, Pictures } from './console-stand.ts';
import { DeskProcess } from './desk-process.ts';

const LONG_NAME = 'Adelheid Freifrau von Hohenstein-Wittgenstein zu Sayn und Ludwigsburg-Oettingen';
const systems = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });
const attempts = z.object({ action_attempts: z.array(z.object({ status: z.string() })) });

describe.skipIf(isChromiumMissing)('a clerk at the console', () => {
  const pictures = new Pictures();
  let browser: Browser;
  let desk: DeskProcess;
  let context: BrowserContext | null = null;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startChromium(), DeskProcess.start()]);
    const { acs_systems } = systems.parse(await desk.post('/acs/systems/list', {}));
    const acs_system_id = acs_systems[0]?.acs_system_id;
    for (const [at, full_name] of ['Ada Lovelace', 'Adam Smith', LONG_NAME, 'Grace Hopper'].entries()) {
      const email_address = `guest${at}@example.com`;
      await desk.post('/acs/users/create', { acs_system_id, full_name, email_address });
    }
    for (const display_name of ['Room 101', 'Room 102', 'Room 412', 'Pool', 'Gym', 'Garage']) {
      await desk.post('/v1/entrances/create', { display_name });
    }
  });

  afterAll(async () => {
    await browser?.close();
    await desk?.[Symbol.asyncDispose]();
    pictures[Symbol.dispose]();
  });

  afterEach(async () => {
    await desk.removeCard();
  });

  /** A page that was let in; the first one is let in for all of them, since no page may ask often. */
  async function paired(): Promise<ConsolePage> {
    if (context !== null) return ConsolePage.again(context, desk);
    const at = await ConsolePage.open(browser, desk);
    context = at.page.context();
    await at.connect('Connect this page', 'Connect');
    return at;
  }

  /** Takes a picture, and finds nothing wrong with what is in it. */
  async function look(at: ConsolePage, name: string): Promise<void> {
    await pictures.take(at.page, `clerk-${name}`);
    expect(await at.findAxeTroubles(), name).toEqual([]);
    expect(await at.isTooWide(), `${name} is too wide`).toBe(false);
    expect(await at.page.getByRole('heading', { level: 1 }).count(), `${name} has one h1`).toBe(1);
  }

  const sentence = (at: ConsolePage) => at.page.locator('.stage-sentence');
  const says = (at: ConsolePage, text: string | RegExp) => sentence(at).filter({ hasText: text }).waitFor();
  const press = (at: ConsolePage, name: string | RegExp) =>
    at.page.getByRole('button', { name, exact: typeof name === 'string' }).click();

  async function findGuest(at: ConsolePage, name: string): Promise<void> {
    await at.page.getByRole('combobox', { name: /guest|Gäste/i }).fill(name);
    await at.page.getByRole('option', { name }).first().click();
    await at.page.getByRole('heading', { name, level: 2 }).waitFor();
  }

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

  async function putCard(uid: string): Promise<void> {
    await desk.post('/acs/encoders/simulate/place_card', {
      acs_encoder_id: await desk.encoderId(),
      card: { technology: 'ntag215', uid, id: uid },
    });
  }

  test('is let in by a code, assigns a card, undoes it, and writes two keys', {
    timeout: 90_000,
  }, async () => {
    const at = await ConsolePage.open(browser, desk);
    const { page } = at;
    await page.getByRole('heading', { name: 'Connect this page to the desk.' }).waitFor();
    await look(at, '01-not-connected');
    await press(at, 'Connect this page');
    const code = await at.code();
    await look(at, '02-code');
    await page.getByLabel('Six-digit code').fill(code === '000000' ? '111111' : '000000');
    await press(at, 'Connect');
    await page.getByText('That code is wrong. Tries left: 2.').waitFor();
    await look(at, '03-wrong-code');
    await page.getByLabel('Six-digit code').fill(code);
    await press(at, 'Connect');
    await page.getByText('Choose a guest, or read a card.').waitFor();
    await page.getByText('Virtual encoder 2').waitFor();
    await look(at, '04-connected');

    await page.getByRole('combobox', { name: 'Search guests' }).fill('ad');
    await page.getByRole('option', { name: LONG_NAME }).waitFor();
    expect(await page.getByRole('listbox').getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('Ada Lovelace'),
      expect.stringContaining('Adam Smith'),
      expect.stringContaining('Adelheid'),
    ]);
    await look(at, '05-search');
    await findGuest(at, 'Ada Lovelace');
    await page.getByText('No cards yet.').waitFor();
    await look(at, '06-guest');

    await press(at, /Assign a card/);
    await says(at, 'Put the card on Virtual encoder 1.');
    await page.getByText('Waits for Ada Lovelace').waitFor();
    await look(at, '07-put-the-card');
    await putCard('04A10000000001');
    await page.getByText(/belongs to Ada Lovelace now/).waitFor();
    await says(at, 'Done.');
    await page.locator('.stage-rest').getByText('Take the card away.').waitFor();
    await look(at, '08-assigned');
    await desk.removeCard();
    await page.locator('.stage-rest').getByText('Take the card away.').waitFor({ state: 'detached' });
    await press(at, 'Undo');
    await says(at, 'Undone.');
    await page.locator('.stage-rest').getByText('The card is free again.').waitFor();
    expect(await page.getByText(/belongs to Ada Lovelace now/).count()).toBe(0);
    await page.locator('.history tbody tr').first().getByText('Undone').waitFor();
    await look(at, '09-undone-panel');
    // The button that was pressed is gone; Enter goes on with the work.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Finish/);
    await page.keyboard.press('Enter');
    await page.getByText('No cards yet.').waitFor();
    await look(at, '09-undone');

    await press(at, /New room key/);
    await page.getByLabel('Search rooms').fill('412');
    await page.keyboard.press('Enter');
    await page.getByLabel('Pool').check();
    await press(at, 'One card more');
    await look(at, '10-new-key');
    await press(at, 'Write 2 cards');
    await says(at, 'Put the card on Virtual encoder 1.');
    await page.getByText('Card 1 of 2').waitFor();
    await look(at, '11-first-key');
    await putCard('04A10000000002');
    await says(at, 'Card 1 is ready.');
    await look(at, '12-first-key-ready');
    await desk.removeCard();
    await page.getByText('Card 2 of 2').waitFor();
    await putCard('04A10000000002');
    await says(at, 'This card is ready already.');
    await look(at, '13-same-card-again');
    await desk.removeCard();
    await says(at, 'Put the card on Virtual encoder 1.');
    await putCard('04A10000000003');
    await page.getByText('2 cards are ready.').waitFor();
    await look(at, '14-both-ready');
    await desk.removeCard();
    await page.keyboard.press('Enter');
    await page.getByText('Room 412 and Pool').first().waitFor();
    expect(await page.locator('.key').count()).toBe(2);
    await look(at, '15-guest-with-keys');

    await press(at, 'Read a card');
    await putCard('04A10000000003');
    await says(at, 'Room 412 and Pool');
    await page.getByText('A key of this house').waitFor();
    await page.locator('.facts').getByText('Ada Lovelace').waitFor();
    await look(at, '16-what-is-on-it');
    await press(at, /Finish/);
    await desk.removeCard();
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('is asked before a card in use is written over, and told whose a card is', {
    timeout: 60_000,
  }, async () => {
    const at = await paired();
    const { page } = at;
    await findGuest(at, 'Grace Hopper');
    await press(at, /New room key/);
    await press(at, 'Write 1 card');
    await page.getByText('Choose at least one room.').waitFor();
    await look(at, '20-no-room');
    await page.getByLabel('Room 101').check();
    await press(at, 'Write 1 card');
    await putCard('04A10000000003');
    await says(at, 'This card is still in use.');
    await page.locator('.stage-facts').getByText('Ada Lovelace').waitFor();
    expect(await page.locator('.stage-facts li').allTextContents()).toEqual([
      'Room 412 and Pool',
      'Ada Lovelace',
      expect.stringMatching(/^Until \d+ \w+,? 11:00$/),
    ]);
    await look(at, '21-write-over');
    // The question was about that card alone.
    await desk.removeCard();
    await says(at, 'Put the card on Virtual encoder 1.');
    await putCard('04A10000000003');
    await says(at, 'This card is still in use.');
    await press(at, 'Write over it');
    await page.getByText(/is written\./).waitFor();
    await look(at, '22-written-over');
    await desk.removeCard();
    await press(at, /Finish/);

    await findGuest(at, LONG_NAME);
    await press(at, /Assign a card/);
    await putCard('04A10000000003');
    await says(at, 'This card belongs to another guest.');
    await look(at, '23-another-guest');
    await desk.removeCard();
    await press(at, /Close/);
    await look(at, '24-long-name');
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('is told to put the same card back, and it is finished', { timeout: 60_000 }, async () => {
    const at = await paired();
    await findGuest(at, 'Adam Smith');
    await press(at, /New room key/);
    await at.page.getByLabel('Gym').check();
    await press(at, 'Write 1 card');
    await says(at, 'Put the card');
    const acs_encoder_id = await desk.encoderId();
    const faults = { pulled_at: { exchange: 12, moment: 'after' } };
    const card = { technology: 'ntag215', uid: '04A10000000004', id: 'torn' };
    await desk.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
    await says(at, 'Put the same card back.');
    await look(at, '30-put-it-back');
    await putCard('04A10000000005');
    await says(at, 'That is another card.');
    await look(at, '31-another-card');
    await desk.removeCard();
    await desk.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    await at.page.getByText(/is written\./).waitFor();
    await desk.removeCard();
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('needs no mouse', { timeout: 60_000 }, async () => {
    const at = await ConsolePage.open(browser, desk, { reducedMotion: 'reduce' });
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
      await desk.post('/action_attempts/list', { order: 'newest_first', limit: 1 }),
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
    await putCard('04A10000000006');
    await page.getByText(/is written\./).waitFor();
    await desk.removeCard();
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

  test('reads German in the dark, where nothing leaves the picture', { timeout: 60_000 }, async () => {
    const at = await ConsolePage.open(browser, desk, { locale: 'de-AT', colorScheme: 'dark' });
    const { page } = at;
    await look(at, '40-german');
    await at.connect('Diese Seite verbinden', 'Verbinden');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await findGuest(at, LONG_NAME);
    await look(at, '41-german-guest');
    await press(at, /Neuer Zimmerschlüssel/);
    await page.getByLabel('Room 102').check();
    await look(at, '42-german-key');
    await press(at, '1 Karte schreiben');
    await says(at, 'Karte auf Virtual encoder 1 legen.');
    await look(at, '43-german-put');
    await page.getByLabel('Sprache').selectOption('fr');
    await says(at, 'Posez la carte sur Virtual encoder 1.');
    await look(at, '44-french-put');
    await page.reload();
    await says(at, 'Posez la carte');
    await page.getByLabel('Langue').selectOption('es');
    await says(at, 'Ponga la tarjeta en Virtual encoder 1.');
    await look(at, '45-spanish-put');
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

  test('goes on after a reload in the middle, and when the daemon was away', {
    timeout: 60_000,
  }, async () => {
    const at = await paired();
    const { page } = at;
    await findGuest(at, 'Grace Hopper');
    await press(at, /Assign a card/);
    await says(at, 'Put the card');
    await page.reload();
    await says(at, 'Put the card');
    await page.getByText('Card for Grace Hopper').waitFor();
    await desk.kill();
    await page.getByText('Reconnecting…').waitFor();
    await says(at, 'The connection broke.');
    await look(at, '50-reconnecting');
    await page.reload().catch(() => undefined);
    await desk.start();
    await page.goto(desk.url);
    await says(at, 'Put the card');
    await putCard('04A10000000007');
    await page.getByText(/belongs to Grace Hopper now/).waitFor();
    await desk.removeCard();
    await at.page.close();
  });

  test('sees who else waits at an encoder, and takes another one', { timeout: 60_000 }, async () => {
    const at = await paired();
    const { page } = at;
    await desk.post('/acs/encoders/scan_credential', { acs_encoder_id: await desk.encoderId() });
    await page.getByText('Used by test').waitFor();
    await press(at, 'Read a card');
    await says(at, 'test uses this encoder.');
    await look(at, '60-in-use');
    await press(at, /Close/);
    await page.getByLabel('Virtual encoder 2').check();
    await press(at, 'Read a card');
    await says(at, 'Put the card on Virtual encoder 2.');
    await page.keyboard.press('Escape');
    expect(at.troubles).toEqual([]);
    await at.page.close();
  });

  test('sees that pages want in, sees a code only on a click, and refuses them', {
    timeout: 60_000,
  }, async () => {
    const at = await paired();
    const { page } = at;
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const host of ['pms', 'other', 'third']) {
      const asked = await fetch(`${desk.url}/v1/pairing/request`, {
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
    await look(at, '70-pages-ask');
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
    await look(at, '71-code-shown');
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

  test('takes in a guest who is not here yet', { timeout: 60_000 }, async () => {
    const at = await paired();
    const { page } = at;
    await page.getByRole('combobox', { name: 'Search guests' }).fill('Alan Turing');
    await page.getByText('Nobody found for “Alan Turing”.').waitFor();
    await look(at, '80-nobody');
    await page.locator('.guests-box').getByRole('button', { name: 'New guest' }).click();
    expect(await page.getByLabel('Full name').inputValue()).toBe('Alan Turing');
    await page.getByLabel('Phone (optional)').fill('12');
    await press(at, 'Create guest');
    await page.getByText('Begin with + and the country code.').waitFor();
    await look(at, '81-wrong-phone');
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

  test('who is no longer let in is told, and what to do', { timeout: 60_000 }, async () => {
    const at = await paired();
    const list = z.object({
      client_sessions: z.array(z.object({ client_session_id: z.string(), page_name: z.string().optional() })),
    });
    const { client_sessions } = list.parse(await desk.post('/client_sessions/list', {}));
    for (const { client_session_id } of client_sessions) {
      await desk.post('/client_sessions/revoke', { client_session_id });
    }
    await at.page.getByRole('heading', { name: 'A technician ended this connection.' }).waitFor();
    await at.page.getByRole('button', { name: 'Connect this page' }).waitFor();
    await look(at, '90-revoked');
    await at.page.close();
  });
});
