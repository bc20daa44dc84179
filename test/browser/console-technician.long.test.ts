import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/model/api-key.ts';
import { Desk } from '../stories/desk.ts';
import { PairedPage } from '../stories/paired-page.ts';
import { StoryDesk } from '../stories/story-desk.ts';
import { isChromiumMissing, startChromium } from './chromium.ts';
import { ConsolePage, type DeskAtHand, Pictures } from './console-stand.ts';

const TABS = ['encoders', 'attempts', 'log', 'sync', 'pages', 'virtual'] as const;

describe.skipIf(isChromiumMissing)("the technician's side of the console", () => {
  const pictures = new Pictures();
  let browser: Browser;
  let desk: Desk;
  let atHand: DeskAtHand;
  let at: ConsolePage;
  let page: Page;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startChromium(), Desk.open()]);
    const admin = desk.app('technician', SCOPES);
    atHand = { url: desk.url, post: async (path, params) => (await admin.post(path, params)).body };
    at = await connected(browser, atHand);
    page = at.page;
  });

  afterAll(async () => {
    expect(at.troubles).toEqual([]);
    await browser.close();
    const { errorLines } = desk;
    await desk[Symbol.asyncDispose]();
    pictures[Symbol.dispose]();
    expect(errorLines).toEqual([]);
  });

  const go = async (tab: string) => {
    await page.goto(`${desk.url}/#/technician/${tab}`);
    await page.locator('.technician-nav a[aria-current="page"]').waitFor();
  };
  const zone = (id: string) => page.locator(`[data-encoder="${id}"]`);
  const card = (id: string) => page.locator(`[data-card="${id}"]`);

  test('shows how each encoder is doing, and why it failed last', async () => {
    await desk.raw.post('/acs/encoders/simulate/next_credential_scan_will_fail', {
      acs_encoder_id: desk.encoderId,
    });
    await desk.raw.post('/acs/encoders/scan_credential', { acs_encoder_id: desk.encoderId });
    await go('encoders');
    const first = page.locator('.health-list > li').first();
    await first.getByText('simulated_failure').first().waitFor();
    expect(await first.locator('.tally-numbers strong').allTextContents()).toEqual(['0', '1']);
    await pictures.take(page, 'technician-encoders');
  });

  test('puts a card on a virtual encoder by dragging it there, and the card keeps its memory', async () => {
    await go('virtual');
    await card('console-ntag215-1').dragTo(zone(desk.encoderId));
    await zone(desk.encoderId).getByText('NTAG215 no. 1').waitFor();
    expect(await page.locator('.tray-card-chosen').textContent()).toContain('On Virtual encoder 1');
    await pictures.take(page, 'technician-virtual');
    const seen = await uidOn(desk);
    await page
      .getByRole('button', { name: /^Take away the card from/ })
      .first()
      .click();
    await zone(desk.encoderId).getByText('Drop a card here').waitFor();
    await card('console-ntag215-1').dragTo(zone(desk.secondEncoderId));
    await zone(desk.secondEncoderId).getByText('NTAG215 no. 1').waitFor();
    expect(await uidOn(desk, desk.secondEncoderId)).toBe(seen);
    await desk.removeCard(desk.secondEncoderId);
    await zone(desk.secondEncoderId).getByText('Drop a card here').waitFor();
  });

  test('does the same by the keyboard alone', async () => {
    await go('virtual');
    await page.locator('.tray-card input').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    const place = page.getByRole('button', { name: /^Place MIFARE Classic 1K no. 2 on/ }).first();
    for (let tabs = 0; tabs < 12 && !(await place.evaluate((it) => it.matches(':focus'))); tabs++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await zone(desk.encoderId).getByText('MIFARE Classic 1K no. 2').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await zone(desk.encoderId).getByText('Drop a card here').waitFor();
  });

  test('shows an attempt as it goes, when each phase was, and its result as JSON', async () => {
    await using story = await StoryDesk.open(desk);
    await go('attempts');
    const user = await story.guest('Grace Hopper');
    const begun = await story.assign({ acs_user_id: user });
    const link = page.locator(`.attempt-link[href$="${begun.action_attempt_id}"]`);
    await link.click();
    await page.locator('.timeline').getByText('Waits for a card').waitFor();
    await story.serve(begun, story.newCard('mifare_desfire'));
    await page.locator('.timeline').getByText('Succeeded').waitFor();
    expect(await page.locator('.timeline li').count()).toBe(4);
    await pictures.take(page, 'technician-attempt');
    await page.getByText('Show as JSON').click();
    expect(await page.locator('.json pre').textContent()).toContain('"assignment": "enrolled"');
    // Another page did not see it: the store's times are left.
    await page.reload();
    await page.locator('.timeline').getByText('Succeeded').waitFor();
    expect(await page.locator('.timeline li').count()).toBe(2);
  });

  test('cancels an attempt of its own, and says that it may not cancel others', async () => {
    await using story = await StoryDesk.open({
      ...desk,
      seam: desk.seam,
      raw: desk.raw,
      encoderId: desk.secondEncoderId,
      systemId: desk.systemId,
      placeCard: (c) => desk.placeCard(c, desk.secondEncoderId),
      removeCard: () => desk.removeCard(desk.secondEncoderId),
    });
    const others = await story.scan();
    await go('encoders');
    await page
      .getByRole('button', { name: /^Inspect a card on/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await page.locator('.attempt-error').getByText('cancelled').waitFor();
    await page.locator(`.attempt-link[href$="${others.action_attempt_id}"]`).click();
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await page.getByText('Only who asked for it may stop it.').waitFor();
    expect(await story.look(others.action_attempt_id)).toMatchObject({ status: 'pending' });
  });

  test('arranges a fault, which the next request meets', async () => {
    await go('virtual');
    await page.getByLabel('What happens to the next request').selectOption('scan_broken');
    await page.getByRole('button', { name: 'Arrange' }).click();
    await page.getByText('The next request ends so, without a card.').waitFor();
    await using story = await StoryDesk.open(desk);
    const { action_attempt_id } = await story.scan();
    expect(await story.end(action_attempt_id)).toMatchObject({
      error: { type: 'uncategorized_error', reason: 'simulated_failure' },
    });
  });

  test('lets a card be lifted in the middle, once', async () => {
    await go('virtual');
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Ada Lovelace');
    const body = { access_method: 'card', acs_user_id };
    const made = Object((await desk.raw.post('/acs/credentials/create', body)).body).acs_credential;
    const begun = await story.encode({ acs_credential_id: made.acs_credential_id });
    await page.getByLabel('Fault of the next card').selectOption('pulled_writing');
    await card('console-ntag216-1').dragTo(zone(desk.encoderId));
    await story.phase(begun.action_attempt_id, 'writing', /put the same card back/i);
    expect(await page.getByLabel('Fault of the next card').inputValue()).toBe('none');
    await card('console-ntag216-1').dragTo(zone(desk.encoderId));
    expect(await story.end(begun.action_attempt_id)).toMatchObject({ status: 'success' });
  });

  test('shows the log as it grows, filters it, and stands still when asked', async () => {
    await go('log');
    await page.locator('.log-line').first().waitFor();
    await pictures.take(page, 'technician-log');
    await page.getByLabel('Filter').fill('encoder online');
    expect(await page.locator('.log-line').count()).toBe(2);
    await page.getByLabel('Filter').fill('');
    await page.getByLabel('Level').selectOption('fatal');
    await page.getByText('No line fits the filter.').waitFor();
    await page.getByLabel('Level').selectOption('trace');
    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await page.locator('.log-line').count();
    desk.log.warn({ door: 'cellar' }, 'somebody knocked');
    await page.getByText('1 new line').waitFor();
    expect(await page.locator('.log-line').count()).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('.log-warn').getByText('somebody knocked door=cellar').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText(/lines copied\./).waitFor();
    expect(await page.evaluate(() => Reflect.get(navigator, 'clipboard').readText())).toContain(
      'encoder online',
    );
  });

  test('shows what the server refused, and does what a person decides', async () => {
    const names = ['Retried Guest', 'Dropped Guest', 'Their Guest'];
    const made: string[] = [];
    for (const name of names) made.push(await refused(desk, name));
    await go('sync');
    const article = (name: string) => page.getByRole('article').filter({ hasText: name });
    await article('Retried Guest').waitFor();
    await pictures.take(page, 'technician-sync');
    await article('Retried Guest').getByRole('button', { name: 'Tell it again' }).click();
    await article('Retried Guest').waitFor({ state: 'detached' });
    await article('Dropped Guest').getByRole('button', { name: 'Do not tell it' }).click();
    await pictures.take(page, 'technician-sync-ask');
    await page.getByRole('dialog').getByRole('button', { name: 'Do not tell it' }).click();
    await article('Dropped Guest').waitFor({ state: 'detached' });
    await article('Their Guest').getByRole('button', { name: "Take the server's version" }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    const states = made.map((id) => desk.inStore(({ outbox }) => outbox.get(id)?.state));
    expect(states).toEqual(['waiting', 'dropped', 'refused']);
    desk.inStore(({ outbox }) => outbox.settle(made, 'dropped', Date.now()));
  });

  test('shows the code of a page that asks, and revokes one that was let in', async () => {
    const other = await PairedPage.open(desk, 'https://pms.example.com');
    const pairing = await other.request(['read', 'scan'], 'PMS');
    await go('pages');
    const row = page.locator('.waiting-row');
    await row.getByRole('button', { name: 'Show code for https://pms.example.com' }).waitFor();
    expect(await row.locator('.pairing-code').count()).toBe(0);
    await row.getByRole('button', { name: 'Show code for https://pms.example.com' }).click();
    const code = ((await row.locator('.pairing-code strong').textContent()) ?? '').replace(' ', '');
    expect(code).toMatch(/^\d{6}$/);
    await pictures.take(page, 'technician-pages');
    await other.confirm(pairing.pairing_id, code);
    const revoke = page.getByRole('button', { name: 'Revoke https://pms.example.com' });
    await revoke.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await revoke.waitFor({ state: 'detached' });
    const { rows } = desk.inStore((store) => store.clientSessions.list({}, { after: 0, limit: 100 }));
    const session = rows.find(({ allowedOrigin }) => allowedOrigin === other.origin);
    expect(session?.revokedAt).not.toBeNull();
  });

  test.each(TABS)(
    'axe finds nothing on the page %s, light and dark, and nothing is too wide at 1024',
    async (tab) => {
      await go(tab);
      await page.locator('.panel, .attempt-link, .log-line').first().waitFor();
      for (const theme of ['light', 'dark']) {
        await page.getByLabel('Colours').selectOption(theme);
        expect(await at.findAxeTroubles()).toEqual([]);
        await pictures.take(page, `technician-${tab}-${theme}`);
      }
      await page.getByLabel('Colours').selectOption('auto');
      expect(await at.isTooWide()).toBe(false);
    },
  );

  test.each(['Deutsch', 'Français', 'Español'])('fits in %s, too', async (language) => {
    await page.getByLabel(/Language|Sprache|Langue|Idioma/).selectOption({ label: language });
    for (const tab of TABS) {
      await go(tab);
      await page.locator('.panel, .attempt-link, .log-line').first().waitFor();
      expect(await at.isTooWide()).toBe(false);
      await pictures.take(page, `technician-${tab}-${language.slice(0, 2).toLowerCase()}`);
    }
    await page.getByLabel(/Language|Sprache|Langue|Idioma/).selectOption({ label: 'English' });
  });

  test('says why the server cannot be reached, and tries again when it is told to', async () => {
    // Nobody listens at this port.
    const backend = { endpoint: 'http://127.0.0.1:8', api_key_file: '/dev/null', protocol: 'seam' };
    await using alone = await Desk.open({ config: { backend } });
    const admin = alone.app('technician', SCOPES);
    const post: DeskAtHand['post'] = async (path, params) => (await admin.post(path, params)).body;
    const there = await connected(browser, { url: alone.url, post });
    await there.page.goto(`${alone.url}/#/technician/sync`);
    await there.page.locator('.sync-problem').waitFor();
    await there.page.getByText('http://127.0.0.1:8 (seam)').waitFor();
    expect(await there.findAxeTroubles()).toEqual([]);
    await pictures.take(there.page, 'technician-sync-problem');
    await there.page.getByRole('button', { name: 'Try again now' }).click();
    await there.page.getByText('Everything is told again.').waitFor();
    expect(there.troubles).toEqual([]);
    await there.close();
  });

  test('says what is missing to a page that was not connected for a technician', async () => {
    const clerk = await connected(browser, atHand, false);
    await clerk.page.goto(`${desk.url}/#/technician/log`);
    await clerk.page.getByText('This page was not connected for a technician.').waitFor();
    expect(clerk.troubles).toEqual([]);
    await clerk.close();
  });
});

/** The console, let in by a code as a person lets it in. */
async function connected(browser: Browser, desk: DeskAtHand, isForTechnician = true): Promise<ConsolePage> {
  // What fades has no contrast of its own while it does.
  const at = await ConsolePage.open(browser, desk, { reducedMotion: 'reduce' });
  const { page } = at;
  if (isForTechnician) await page.getByLabel('A technician works on this page').check();
  await page.getByRole('button', { name: 'Connect this page' }).click();
  await page.locator('.code-input').fill(await at.code());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Connected', { exact: true }).waitFor();
  return at;
}

/** What lies on an encoder, by its uid. */
async function uidOn(desk: Desk, encoderId = desk.encoderId): Promise<string> {
  await using story = await StoryDesk.open({
    seam: desk.seam,
    raw: desk.raw,
    encoderId,
    systemId: desk.systemId,
    placeCard: async () => undefined,
    removeCard: async () => undefined,
  });
  const { action_attempt_id } = await story.inspect();
  return String(Object((await story.end(action_attempt_id)).result).card.uid);
}

/** A user whose name the backend refused, as if there had been one; returns the message's id. */
async function refused(desk: Desk, fullName: string): Promise<string> {
  const { acs_user_id } = await desk.seam.acs.users.create({
    acs_system_id: desk.systemId,
    full_name: fullName,
  });
  const id = crypto.randomUUID();
  desk.inStore(({ outbox }) => {
    const fields = { fullName: { from: 'Ada', to: fullName } };
    const about = { kind: 'acs_user', id: acs_user_id } as const;
    const change = { ...about, action: 'updated', fields, sets: {}, event: null } as const;
    outbox.append({ id, change, createdAt: Date.now() });
    const message = 'Somebody changed the name above meanwhile. Decide which one counts.';
    const why = { code: 'changed_above', fields: ['fullName'], rivalId: null, message } as const;
    outbox.refuse(id, why, Date.now());
  });
  return id;
}
