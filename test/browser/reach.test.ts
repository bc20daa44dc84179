import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isChromiumMissing, openPage, type Setting, STARTING_MS, startChromium } from './chromium.ts';
import { builtClient, connectPage, DESK_PAGE, inPage } from './desk-page.ts';
import { DeskProcess } from './desk-process.ts';
import { listen, serveHttp, serveHttps, type WebPages } from './web-pages.ts';

const PAGES = { '/': DESK_PAGE, '/client.js': builtClient() };

describe.skipIf(isChromiumMissing)('a page that wants to reach the desk', () => {
  const open: AsyncDisposable[] = [];
  let secure: WebPages;
  let insecure: WebPages;
  let around: WebPages;
  let browser: Browser;
  let desk: DeskProcess;
  let allowed: string;

  beforeAll(async () => {
    secure = await serveHttps('desk.example', PAGES);
    insecure = await serveHttp('desk.example', PAGES);
    const frame = (allow: string) => `<!doctype html><iframe src="${secure.origin}/" ${allow}></iframe>`;
    around = await serveHttps('around.example', {
      '/without': frame(''),
      '/with': frame('allow="loopback-network; local-network-access"'),
    });
    open.push(secure, insecure, around);
    desk = await DeskProcess.start({ ENCODERD_ALLOWED_ORIGINS: secure.origin });
    open.push(desk);
    allowed = desk.key;
    browser = await startChromium([secure.port, insecure.port, around.port]);
  }, STARTING_MS);
  afterAll(async () => {
    await browser?.close();
    for (const server of open) await server[Symbol.asyncDispose]();
  });

  /** Why a page of an origin cannot connect; null: it could. */
  async function codeAt(origin: string, setting: Setting, url = desk.url): Promise<string | null> {
    const page = await openPage(browser, origin, setting);
    const outcome = await connectPage(page, { url, token: allowed });
    expect(outcome.bug).toBeUndefined();
    await page.context().close();
    return outcome.error?.code ?? null;
  }

  test('connects from a public https page once the browser was told that it may', async () => {
    expect(await codeAt(secure.origin, 'granted')).toBeNull();
  });

  test('is told that the browser asks, and that the page waits for that, while nobody has answered', async () => {
    const page = await openPage(browser, secure.origin, 'prompt');
    const { error } = await connectPage(page, { url: desk.url, token: allowed });
    expect(error).toMatchObject({
      code: 'permission_prompt_pending',
      message: 'Your browser is asking. Choose "Allow".',
    });
    expect(await page.evaluate(() => Reflect.get(globalThis, 'states'))).toEqual([
      'connecting',
      'waiting_for_permission',
    ]);
    await page.context().close();
  });

  test('is told that the person has said no', async () => {
    expect(await codeAt(secure.origin, 'denied')).toBe('permission_denied');
  });

  test('is told to be opened with https', async () => {
    expect(await codeAt(insecure.origin, 'granted')).toBe('page_not_secure');
  });

  test.each([
    ['without', 'iframe_needs_permission'],
    ['with', null],
  ])('in a frame %s allow="loopback-network" gets: %s', async (path, expected) => {
    const page = await openPage(browser, `${around.origin}/${path}`, 'granted');
    const frame = page.frame({ url: `${secure.origin}/` });
    if (frame === null) throw new Error('There is no frame.');
    await frame.waitForFunction(() => Reflect.get(globalThis, 'isReady') === true);
    const outcome = await frame.evaluate((given) => Reflect.get(globalThis, 'connectDesk')(given), {
      url: desk.url,
      token: allowed,
    });
    expect(outcome.error?.code ?? null).toBe(expected);
    await page.context().close();
  });

  test('is told that this page may not use the encoder, where its origin is not let in', async () => {
    await using other = await DeskProcess.start();
    expect(await codeAt(secure.origin, 'granted', other.url)).toBe('origin_not_allowed');
  });

  test('is told that the token is over', async () => {
    const page = await openPage(browser, secure.origin);
    const { error } = await connectPage(page, { url: desk.url, token: 'seam_local_nobody' });
    expect(error).toMatchObject({ code: 'token_expired', data: { type: 'unauthorized' } });
    await page.context().close();
  });

  test('is told that nothing runs there', async () => {
    const gone = await listen(createServer());
    await gone[Symbol.asyncDispose]();
    expect(await codeAt(secure.origin, 'granted', gone.origin)).toBe('daemon_not_running');
  });

  test.each([
    ['answers every page', { 'access-control-allow-origin': '*' }],
    ['answers no other page', {}],
  ])('is told that another program is there, which %s', async (_how, headers) => {
    const server = createHttpServer((_request, response) => response.writeHead(200, headers).end('printer'));
    await using other = await listen(server);
    expect(await codeAt(secure.origin, 'granted', other.origin)).toBe('wrong_port');
  });

  test('has no pairing yet, and is not paired where it asks nobody for a code', async () => {
    const page = await openPage(browser, secure.origin);
    const { error } = await connectPage(page, { url: desk.url, askForCode: null });
    expect(error?.code).toBe('page_not_paired');
    await page.context().close();
  });

  test('may stop trying', async () => {
    const page = await openPage(browser, secure.origin);
    await connectPage(page, { url: desk.url, askForCode: null });
    const outcome = await inPage(
      page,
      `() => import('/client.js').then(({ connect }) => connect({ url: '${desk.url}', askForCode: () => new Promise(() => {}), signal: AbortSignal.timeout(50) }))`,
    );
    expect(outcome.error?.code).toBe('aborted');
    await page.context().close();
  });
});
