import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isChromiumMissing, openPage, STARTING_MS, startChromium } from './chromium.ts';
import { builtClient, connectPage, DESK_PAGE, giveCodes, inPage } from './desk-page.ts';
import { DeskProcess } from './desk-process.ts';
import { anySignature, type SquatterWords, startSquatter } from './squatter.ts';
import { serveHttps, type WebPages } from './web-pages.ts';

const NONCE = 'A'.repeat(43);

const SQUATTERS: readonly (readonly [how: string, words: SquatterWords])[] = [
  ['signs with a key of its own', () => ({ type: 'proof', nonce: NONCE, signature: anySignature() })],
  ['answers a proof without a signature', () => ({ type: 'proof', nonce: NONCE })],
  ['says at once that the page is let in', () => ({ type: 'authenticated', sequence: 0, scopes: ['read'] })],
  ['gives back what it was sent', (frame) => frame],
];

describe.skipIf(isChromiumMissing)('a program that took the port of the desk', () => {
  let pages: WebPages;
  let browser: Browser;
  let desk: DeskProcess;
  let page: Page;
  let token: string;

  beforeAll(async () => {
    pages = await serveHttps('desk.example', { '/': DESK_PAGE, '/client.js': builtClient() });
    desk = await DeskProcess.start();
    browser = await startChromium([pages.port]);
    page = await openPage(browser, pages.origin);
    await giveCodes(page, (id) => desk.codeFor(id));
    expect((await connectPage(page, { url: desk.url, asksPage: true })).error).toBeUndefined();
    token = String(
      (
        await inPage(
          page,
          `() => new Promise((resolve) => { indexedDB.open('encoderd').onsuccess = ({ target: { result: database } }) => {
             database.transaction('pairings').objectStore('pairings').get('${desk.url}').onsuccess = ({ target }) => { database.close(); resolve(target.result.token); };
           }; })`,
        )
      ).ok,
    );
    expect(token.length).toBeGreaterThan(20);
    await desk.kill();
  }, STARTING_MS);
  // A desk that the page still has would look for its daemon, too.
  beforeEach(async () => {
    await page.reload();
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.[Symbol.asyncDispose]();
    await pages?.[Symbol.asyncDispose]();
  });

  test.each(SQUATTERS)('and %s learns nothing that is secret', async (_how, words) => {
    await using squatter = await startSquatter(desk.port, words);
    const { error } = await connectPage(page, { url: desk.url, askForCode: null });
    expect(error).toMatchObject({
      code: 'not_the_paired_daemon',
      message: 'This is not the encoder this page knows.',
    });
    expect(squatter.frames).toEqual(['prove']);
    expect(Buffer.concat(squatter.heard).includes(token)).toBe(false);
  });

  test('and says that the pairing is over gets no new one', async () => {
    await using squatter = await startSquatter(desk.port, () => ({
      type: 'error',
      error: { type: 'client_session_revoked', message: 'Pair again.' },
    }));
    const connecting = connectPage(page, { url: desk.url, code: '123456' });
    await expect.poll(() => squatter.frames).toEqual(['prove']);
    await squatter[Symbol.asyncDispose]();
    expect((await connecting).error?.code).toBe('token_expired');
    const heard = Buffer.concat(squatter.heard);
    expect(heard.includes('/v1/pairing')).toBe(false);
    expect(heard.includes(token)).toBe(false);
  });

  test('while a page waited for the desk to come back ends its waiting', async () => {
    await desk.start();
    expect((await connectPage(page, { url: desk.url, askForCode: null })).error).toBeUndefined();
    await desk.kill();
    const asked = inPage(page, '() => desk.encoders()');
    await using squatter = await startSquatter(desk.port, () => ({
      type: 'proof',
      nonce: NONCE,
      signature: anySignature(),
    }));
    expect((await asked).error?.code).toBe('not_the_paired_daemon');
    expect(Buffer.concat(squatter.heard).includes(token)).toBe(false);
    expect(Buffer.concat(squatter.heard).includes('/acs/encoders')).toBe(false);
  });
});
