import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptancePage } from '../../src/cli/acceptance/page.ts';
import { acceptanceReport } from '../../src/cli/acceptance/report.ts';
import { axeTroublesOf } from './axe.ts';
import { isChromiumMissing, STARTING_MS, startChromium } from './chromium.ts';
import { Pictures } from './console-stand.ts';

/** A4 less the margins of the page's own style, at 96 pixels an inch. */
const A4 = { width: Math.round(((210 - 30) / 25.4) * 96), height: Math.round((297 / 25.4) * 96) } as const;

const tried = (title: string, result: 'pass' | 'fail' | 'not_applicable', times?: readonly number[]) => ({
  id: title.toLowerCase().replaceAll(/\W+/g, '_'),
  ...{ title, result, took_ms: 812.4 },
  detail:
    result === 'pass'
      ? 'As it should be, 20 times.'
      : 'The card left, and nothing was said of it within 10 s.',
  timings:
    times === undefined
      ? null
      : {
          ...{ what: 'request to verified card', count: 20 },
          ...{ least: 0.4, p50: times[0] ?? 0, p99: times[1] ?? 0, most: 2_900 },
        },
});

/** A report with everything that a report can hold, and names as long as names are. */
const REPORT = acceptanceReport.parse({
  schema: 'encoderd-acceptance/1',
  verdict: 'failed',
  began_at: '2026-11-22T21:00:00.000Z',
  took_ms: 83_000,
  hand: 'person',
  is_unattended: false,
  desk: {
    name: 'Hotel zum Goldenen Löwen & Söhne, <Empfang> links',
    acs_system_id: '3f27d476-41f1-4d4c-a7de-0b5a4e1c1a11',
    host: 'reception-workstation-0042.properties.example',
    url: 'http://127.0.0.1:3375',
  },
  encoder: {
    acs_encoder_id: '3f27d476-41f1-4d4c-a7de-0b5a4e1c1a12',
    name: 'ACS ACR122U PICC Interface 00 00',
    driver: 'pcsc',
    is_virtual: false,
    technologies: [
      'mifare_classic_1k',
      'mifare_classic_4k',
      'ntag213',
      'ntag215',
      'ntag216',
      'mifare_desfire',
    ],
    firmware: 'SCardGetStatusChange, to pcscd: a card lies there.',
  },
  versions: { encoderd: '0.1.0', node: '24.21.0', system: 'Linux 6.1.0-56-amd64' },
  card: { uid: '04A1B2C3D4E5F6', technology: 'ntag215', format: 'ntag', found: 'blank' },
  functions: [
    tried('The encoder answers', 'pass', [0.42, 1.1]),
    tried('Light and sound', 'not_applicable'),
    tried('The API over HTTP', 'pass', [1.35, 7]),
    tried('The API over a WebSocket', 'pass', [6.1, 9.4]),
    tried('A card is seen when it comes, and when it leaves', 'pass', [9.7, 410]),
    tried('The number is read', 'pass', [21, 64]),
    tried('A credential is written on the card', 'pass', [205, 2_900]),
    tried('A card that is pulled in mid-write is noticed, and repaired', 'fail'),
    ...Array.from({ length: 11 }, (_, at) =>
      tried(`Another function, the ${at + 9}th of them`, 'pass', [at * 9, 120]),
    ),
    tried('The card is erased', 'pass', [95, 120]),
  ],
  left_behind: ['credential 3f27d476-41f1-4d4c-a7de-0b5a4e1c1a13: it is being written'],
});

describe.skipIf(isChromiumMissing)('the report of an acceptance test', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-report-'));
  const file = join(folder, 'report.html');
  const pictures = new Pictures();
  beforeAll(async () => {
    writeFileSync(file, acceptancePage(REPORT));
    browser = await startChromium();
  }, STARTING_MS);
  afterAll(async () => {
    await browser?.close();
    pictures[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens it, and fails when it asks for anything, or the browser complains. */
  async function opened(options: BrowserContextOptions): Promise<{ page: Page; troubles: string[] }> {
    const page = await (await browser.newContext(options)).newPage();
    const troubles: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) troubles.push(`request to ${request.url()}`);
    });
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(pathToFileURL(file).href);
    return { page, troubles };
  }

  /** What ends to the right of the page, or of what it stands in. */
  const overflowing = (page: Page) =>
    page.evaluate(() => {
      const { clientWidth } = document.documentElement;
      return [...document.querySelectorAll('body *')]
        .filter(
          (one) =>
            one.getBoundingClientRect().right > clientWidth + 0.5 ||
            (one instanceof HTMLElement && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0),
        )
        .map((one) => `${one.tagName} ${one.textContent?.slice(0, 40)}`);
    });

  test.each([
    ['at 1024 pixels, light', { viewport: { width: 1024, height: 1400 }, colorScheme: 'light' }],
    ['at 1024 pixels, dark', { viewport: { width: 1024, height: 1400 }, colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 360, height: 780 }, colorScheme: 'light' }],
  ] as const)('%s fits, asks nobody, and axe finds nothing', async (name, options) => {
    const { page, troubles } = await opened(options);
    expect(await overflowing(page)).toEqual([]);
    expect(await axeTroublesOf(page)).toEqual([]);
    await pictures.take(page, `acceptance ${name}`);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('on paper (A4) fits, is light also where the screen is dark, and takes no more than two sheets', async () => {
    const { page } = await opened({ viewport: A4, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await overflowing(page)).toEqual([]);
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    await pictures.take(page, 'acceptance on A4');
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g);
    expect(pages?.length).toBeLessThanOrEqual(2);
    await page.context().close();
  });

  test('is one file, without a script or an address', () => {
    const html = acceptancePage(REPORT);
    expect(html).not.toMatch(/<script|https?:|url\(|@import|\son\w+=/i);
    expect(html).toContain('Hotel zum Goldenen Löwen &amp; Söhne, &lt;Empfang&gt; links');
  });
});
