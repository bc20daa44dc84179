import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { z } from 'zod';
import { axeTroublesOf } from './axe.ts';
import type { DeskProcess } from './desk-process.ts';

const waiting = z.object({ pairings: z.array(z.object({ code: z.string().nullable() })) });

/** Pictures of the console, kept where ENCODERD_ARTIFACTS says, or else gone with the test. */
export class Pictures implements Disposable {
  readonly #kept = process.env['ENCODERD_ARTIFACTS'];
  readonly folder: string;

  constructor() {
    this.folder = this.#kept ?? mkdtempSync(join(tmpdir(), 'encoderd-pictures-'));
    mkdirSync(this.folder, { recursive: true });
  }

  async take(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(this.folder, `${name}.png`), animations: 'disabled' });
  }

  [Symbol.dispose](): void {
    if (this.#kept === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the console is served by, and somebody at the desk with a key that may do everything. */
export type DeskAtHand = Pick<DeskProcess, 'url' | 'post'>;

/** The console in a browser of its own, and everything that must not happen in it. */
export class ConsolePage {
  readonly page: Page;
  /** Requests to anywhere but the daemon, refused scripts and styles, and errors. */
  readonly troubles: string[] = [];
  readonly #desk: DeskAtHand;

  private constructor(page: Page, desk: DeskAtHand) {
    this.page = page;
    this.#desk = desk;
    page.on('request', (request) => {
      const { host } = new URL(request.url());
      if (host !== new URL(desk.url).host) this.troubles.push(`request to ${request.url()}`);
    });
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) this.troubles.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    desk: DeskAtHand,
    options: BrowserContextOptions = {},
  ): Promise<ConsolePage> {
    const context = await browser.newContext({
      viewport: { width: 1024, height: 768 },
      locale: 'en-GB',
      ...options,
    });
    return ConsolePage.again(context, desk);
  }

  /** Another page in the same browser: what was let in there is let in. */
  static async again(context: BrowserContext, desk: DeskAtHand): Promise<ConsolePage> {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const opened = new ConsolePage(page, desk);
    await page.goto(desk.url);
    return opened;
  }

  /** Lets the page in as a person does: presses the button, reads the code at the desk, types it. */
  async connect(button: string | RegExp, submit: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button }).click();
    await this.page.locator('.code-input').fill(await this.code());
    await this.page.getByRole('button', { name: submit, exact: true }).click();
    await this.page.locator('.encoder').first().waitFor();
  }

  /** The code of the page that waits: `encoderctl pairing list` shows the same. */
  async code(): Promise<string> {
    await this.page.locator('.code-input').waitFor();
    const { pairings } = waiting.parse(await this.#desk.post('/v1/pairing/list', {}));
    return pairings.at(-1)?.code ?? '';
  }

  /** What axe finds here, one line for each rule that is broken. */
  findAxeTroubles(): Promise<readonly string[]> {
    return axeTroublesOf(this.page);
  }

  /** Whether something lies beyond the right edge. */
  isTooWide(): Promise<boolean> {
    return this.page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
