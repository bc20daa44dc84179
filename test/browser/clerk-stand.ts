import type { Browser, BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import { startChromium } from './chromium.ts';
import { ConsolePage, Pictures } from './console-stand.ts';
import { DeskProcess } from './desk-process.ts';

/** A guest whose name is as long as names are. */
export const LONG_NAME = 'Adelheid Freifrau von Hohenstein-Wittgenstein zu Sayn und Ludwigsburg-Oettingen';

const systems = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });

/** Waits until the console says this to the clerk. */
export const says = ({ page }: ConsolePage, text: string | RegExp): Promise<void> =>
  page.locator('.stage-sentence').filter({ hasText: text }).waitFor();

/** Presses the button of this name. */
export const press = ({ page }: ConsolePage, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).click();

/** Looks for a guest, and opens them. */
export async function findGuest({ page }: ConsolePage, name: string): Promise<void> {
  await page.getByRole('combobox', { name: /guest|Gäste/i }).fill(name);
  await page.getByRole('option', { name }).first().click();
  await page.getByRole('heading', { name, level: 2 }).waitFor();
}

/** A desk with four guests and six entrances, a browser, and the clerk's hands. */
export class ClerkStand implements AsyncDisposable {
  readonly browser: Browser;
  readonly desk: DeskProcess;
  readonly #pictures = new Pictures();
  #context: BrowserContext | null = null;

  private constructor(browser: Browser, desk: DeskProcess) {
    this.browser = browser;
    this.desk = desk;
  }

  static async open(): Promise<ClerkStand> {
    const [browser, desk] = await Promise.all([startChromium(), DeskProcess.start()]);
    const { acs_systems } = systems.parse(await desk.post('/acs/systems/list', {}));
    const acs_system_id = acs_systems[0]?.acs_system_id;
    for (const [at, full_name] of ['Ada Lovelace', 'Adam Smith', LONG_NAME, 'Grace Hopper'].entries()) {
      const email_address = `guest${at}@example.com`;
      await desk.post('/acs/users/create', { acs_system_id, full_name, email_address });
    }
    for (const display_name of ['Room 101', 'Room 102', 'Room 412', 'Pool', 'Gym', 'Garage']) {
      await desk.post('/v1/entrances/create', { display_name });
    }
    return new ClerkStand(browser, desk);
  }

  /** A page that was let in; the first one is let in for all of them, since no page may ask often. */
  async paired(): Promise<ConsolePage> {
    if (this.#context !== null) return ConsolePage.again(this.#context, this.desk);
    const at = await ConsolePage.open(this.browser, this.desk);
    this.#context = at.page.context();
    await at.connect('Connect this page', 'Connect');
    return at;
  }

  /** Takes a picture, and finds nothing wrong with what is in it. */
  async look(at: ConsolePage, name: string): Promise<void> {
    await this.#pictures.take(at.page, `clerk-${name}`);
    expect(await at.findAxeTroubles(), name).toEqual([]);
    expect(await at.isTooWide(), `${name} is too wide`).toBe(false);
    expect(await at.page.getByRole('heading', { level: 1 }).count(), `${name} has one h1`).toBe(1);
  }

  async putCard(uid: string): Promise<void> {
    await this.desk.post('/acs/encoders/simulate/place_card', {
      acs_encoder_id: await this.desk.encoderId(),
      card: { technology: 'ntag215', uid, id: uid },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.desk[Symbol.asyncDispose]();
    this.#pictures[Symbol.dispose]();
  }
}
