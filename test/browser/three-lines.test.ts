import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isChromiumMissing, openPage, STARTING_MS, startChromium } from './chromium.ts';
import { DeskProcess } from './desk-process.ts';
import { serveHttps, type WebPages } from './web-pages.ts';

/** The example of the documents, as somebody pastes it. */
const EXAMPLE = /```js\n(import \{ connect \}[\s\S]*?)```/.exec(
  readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8'),
)?.[1];

describe.skipIf(isChromiumMissing)('the example of three lines', () => {
  let pages: WebPages;
  let browser: Browser;
  let desk: DeskProcess;
  let user: string;

  beforeAll(async () => {
    desk = await DeskProcess.start({}, 1);
    user = await desk.createUser('Ada Lovelace');
    const example = EXAMPLE?.replace('http://127.0.0.1:3375', desk.url);
    const page = `<!doctype html><title>Pasted</title><script type="module">
      const user = '${user}';
      ${example}
      document.title = JSON.stringify(card);
    </script>`;
    pages = await serveHttps('pms.example', { '/': page });
    browser = await startChromium([pages.port]);
  }, STARTING_MS);
  afterAll(async () => {
    await browser?.close();
    await desk?.[Symbol.asyncDispose]();
    await pages?.[Symbol.asyncDispose]();
  });

  test('has three lines', () => {
    expect(EXAMPLE?.trim().split('\n')).toHaveLength(3);
  });

  test('pasted into a page of another origin asks for the code, waits for a card and assigns it', async () => {
    const page = await openPage(browser, 'about:blank', 'granted', pages.origin);
    const prompted: string[] = [];
    page.on('dialog', async (dialog) => {
      prompted.push(dialog.message());
      const { pairings } = Object(await desk.post('/v1/pairing/list', {}));
      await dialog.accept(pairings[0].code);
    });
    await page.goto(pages.origin);
    await expect
      .poll(async () => JSON.stringify(await desk.post('/action_attempts/list', {})))
      .toContain('awaiting_card');
    await desk.placeCard('04A1B2C3D4E5F6');
    await page.waitForFunction(() => Reflect.get(globalThis, 'document').title.startsWith('{'));
    expect(JSON.parse(await page.title())).toMatchObject({ acs_user_id: user });
    expect(prompted).toHaveLength(1);
  });
});
