import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  isChromiumMissing,
  openPage,
  STARTING_MS,
  setLoopbackPermission,
  startChromium,
} from './chromium.ts';
import { builtClient, connectPage, DESK_PAGE, giveCodes, inPage, type Outcome } from './desk-page.ts';
import { DeskProcess } from './desk-process.ts';
import { serveHttps, type WebPages } from './web-pages.ts';

describe.skipIf(isChromiumMissing)('a paired page', () => {
  let pages: WebPages;
  let browser: Browser;
  let desk: DeskProcess;
  let context: BrowserContext | undefined;
  let origin = '';
  let origins = 0;

  beforeAll(async () => {
    pages = await serveHttps('desk.example', { '/': DESK_PAGE, '/client.js': builtClient() });
    desk = await DeskProcess.start();
    browser = await startChromium([pages.port]);
  }, STARTING_MS);
  beforeEach(() => {
    // A daemon lets pages of one origin ask for a pairing a few times only.
    origins += 1;
    origin = pages.origin.replace('desk', `desk${origins}`);
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.[Symbol.asyncDispose]();
    await pages?.[Symbol.asyncDispose]();
  });

  /** A page in a browser of its own that was paired just now. */
  async function paired(options: { readonly scopes?: readonly string[] } = {}): Promise<Page> {
    const page = await openPage(browser, origin);
    context = page.context();
    await giveCodes(page, (id) => desk.codeFor(id));
    const outcome = await connectPage(page, { url: desk.url, asksPage: true, ...options });
    expect(outcome).toEqual({ ok: options.scopes ?? ['read', 'scan', 'encode'] });
    return page;
  }

  /** The page again: it asks nobody for a code. */
  const again = (page: Page): Promise<Outcome> => connectPage(page, { url: desk.url, askForCode: null });

  /** Begins a scan-to-assign whose end is kept in `window.assigned`. */
  async function begin(page: Page, user: string, encoder: string): Promise<void> {
    await page.evaluate(
      (order) => {
        const scan = () =>
          Reflect.get(globalThis, 'desk').scanToAssign({
            ...order,
            onProgress: ({ phase }: { phase: string }) => Reflect.get(globalThis, 'progress').push(phase),
          });
        Reflect.set(globalThis, 'assigned', Reflect.get(globalThis, 'outcome')(scan));
      },
      { user, encoder },
    );
    await untilPhase(page, 'awaiting_card');
  }

  const untilPhase = (page: Page, phase: string) =>
    page.waitForFunction((wanted) => Reflect.get(globalThis, 'progress').includes(wanted), phase);

  const assigned = (page: Page): Promise<Outcome> => page.evaluate(() => Reflect.get(globalThis, 'assigned'));

  test('assigns a card, and hears of each step', async () => {
    const page = await paired();
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Ada Lovelace')];
    await begin(page, user, encoder);
    await desk.placeCard('04A1B2C3D4E501', encoder);
    expect(await assigned(page)).toMatchObject({ ok: { acs_user_id: user } });
    expect(await page.evaluate(() => Reflect.get(globalThis, 'progress'))).toEqual(
      expect.arrayContaining(['awaiting_card', 'succeeded']),
    );
    await desk.removeCard(encoder);
  });

  test('says why an attempt failed, in the words for the people at the desk', async () => {
    const page = await paired();
    const encoder = await desk.encoderId();
    const outcome = await inPage(page, `() => desk.scan({ encoder: '${encoder}', timeoutSeconds: 1 })`);
    expect(outcome.error).toMatchObject({
      code: 'no_card_presented',
      message: 'No card was placed on the encoder in time. Start again and place the card.',
    });
  });

  test('cancels what it does not want any more', async () => {
    const page = await paired();
    const encoder = await desk.encoderId();
    const outcome = await inPage(
      page,
      `() => { const stop = new AbortController(); return desk.scan({ encoder: '${encoder}', signal: stop.signal, onProgress: ({ phase }) => { if (phase === 'awaiting_card') stop.abort(); } }); }`,
    );
    expect(outcome.error?.code).toBe('aborted');
    await page.waitForFunction(() =>
      Reflect.get(globalThis, 'seen').some(
        (change: { action_attempt?: { error?: { reason?: string } } }) =>
          change.action_attempt?.error?.reason === 'cancelled',
      ),
    );
  });

  test('is asked which encoder where there are two', async () => {
    const page = await paired();
    expect((await inPage(page, '() => desk.scan()')).error?.code).toBe('several_encoders');
  });

  test('may do no more than it asked for', async () => {
    const page = await paired({ scopes: ['scan'] });
    expect((await inPage(page, "() => desk.request('/acs/users/list')")).error?.code).toBe('missing_scope');
  });

  test('follows a scan without leave to read', async () => {
    const page = await paired({ scopes: ['scan'] });
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Mary Somerville')];
    await begin(page, user, encoder);
    await desk.placeCard('04A1B2C3D4E507', encoder);
    expect(await assigned(page)).toMatchObject({ ok: { acs_user_id: user } });
    await desk.removeCard(encoder);
  });

  test('that is reloaded in the middle is connected without a code, and finds what it began', async () => {
    const page = await paired();
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Grace Hopper')];
    await begin(page, user, encoder);
    await page.reload();
    expect(await again(page)).toMatchObject({ ok: ['read', 'scan', 'encode'] });
    const unfinished = await inPage(page, '() => desk.unfinished()');
    expect(unfinished.ok).toMatchObject([{ phase: 'awaiting_card', acs_encoder_id: encoder }]);
    await desk.placeCard('04A1B2C3D4E502', encoder);
    const followed = await inPage(
      page,
      '() => desk.unfinished().then(([attempt]) => desk.follow(attempt.action_attempt_id))',
    );
    expect(followed).toMatchObject({ ok: { acs_user_id: user } });
    expect(await inPage(page, '() => desk.unfinished()')).toEqual({ ok: [] });
    await desk.removeCard(encoder);
  });

  test('goes on with its attempt when the daemon was killed and started again in the middle', async () => {
    const page = await paired();
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Katherine Johnson')];
    await begin(page, user, encoder);
    await desk.kill();
    await page.waitForFunction(() => Reflect.get(globalThis, 'states').at(-1) === 'reconnecting');
    const asked = inPage(page, "() => desk.request('/acs/encoders/list').then(({ ok }) => ok)");
    await desk.start();
    expect(await asked).toEqual({ ok: true });
    await desk.placeCard('04A1B2C3D4E503', encoder);
    expect(await assigned(page)).toMatchObject({ ok: { acs_user_id: user } });
    expect(await page.evaluate(() => Reflect.get(globalThis, 'states').at(-1))).toBe('connected');
    await desk.removeCard(encoder);
  });

  test('in a second tab needs no code, and both hear of everything', async () => {
    const page = await paired();
    const second = await page.context().newPage();
    await second.goto(origin);
    expect(await again(second)).toMatchObject({ ok: ['read', 'scan', 'encode'] });
    const encoder = await desk.encoderId();
    await desk.placeCard('04A1B2C3D4E504', encoder);
    for (const tab of [page, second]) {
      await tab.waitForFunction(() =>
        Reflect.get(globalThis, 'seen').some(({ type }: { type: string }) => type === 'card.presented'),
      );
    }
    await desk.removeCard(encoder);
  });

  test('two tabs that ask at once are paired by one code', async () => {
    const page = await openPage(browser, origin);
    context = page.context();
    const second = await context.newPage();
    await second.goto(origin);
    let asked = 0;
    for (const tab of [page, second]) {
      await giveCodes(tab, (id) => {
        asked += 1;
        return desk.codeFor(id);
      });
    }
    const options = { url: desk.url, asksPage: true };
    const outcomes = await Promise.all([connectPage(page, options), connectPage(second, options)]);
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(asked).toBe(1);
  });

  test('that stood still, as in a sleeping computer, misses nothing', async () => {
    const page = await paired();
    const encoder = await desk.encoderId();
    // Chromium freezes no page that can be seen, and without a screen every page can.
    const session = await page.context().newCDPSession(page);
    const stopped = new Promise((resolve) => session.once('Debugger.paused', resolve));
    await session.send('Debugger.enable');
    await session.send('Debugger.pause');
    for (let card = 0; card < 5; card += 1) {
      await desk.placeCard(`04A1B2C3D4E51${card}`, encoder);
      await desk.removeCard(encoder);
    }
    await stopped;
    const { result } = await session.send('Runtime.evaluate', { expression: 'seen.length' });
    expect(result.value).toBe(0);
    await session.send('Debugger.resume');
    await session.send('Debugger.disable');
    await page.waitForFunction(
      () =>
        Reflect.get(globalThis, 'seen').filter(({ type }: { type: string }) => type === 'card.presented')
          .length === 5,
    );
    const sequences: number[] = await page.evaluate(() =>
      Reflect.get(globalThis, 'seen').map(({ sequence }: { sequence: number }) => sequence),
    );
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  test('hears of the end of what it waits for when it is ended at the desk, or closes', async () => {
    const page = await paired();
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Grace Hopper')];
    await begin(page, user, encoder);
    await inPage(page, '() => desk.close()');
    expect((await assigned(page)).error?.code).toBe('connection_lost');
    await page.reload();
    expect(await again(page)).toMatchObject({ ok: ['read', 'scan', 'encode'] });
    await inPage(
      page,
      '() => desk.unfinished().then((all) => Promise.all(all.map(({ action_attempt_id: id }) => desk.request("/action_attempts/cancel", { action_attempt_id: id }))))',
    );
    await begin(page, user, encoder);
    const { client_sessions: sessions } = Object(await desk.post('/client_sessions/list', {}));
    for (const { client_session_id, is_paired } of sessions) {
      if (is_paired) await desk.post('/client_sessions/revoke', { client_session_id });
    }
    expect((await assigned(page)).error?.code).toBe('token_expired');
  });

  test('that is paired again has one session at the desk, and its encoder is free again', async () => {
    const page = await paired();
    const [encoder, user] = [await desk.encoderId(), await desk.createUser('Grace Hopper')];
    await page.evaluate(
      (title) => {
        document.title = title;
      },
      `${'x'.repeat(99)}\u{1F468}\u200d\u{1F469}`,
    );
    await begin(page, user, encoder);
    const first = assigned(page);
    const anew = { url: desk.url, asksPage: true, pairAgain: true };
    expect(await connectPage(page, anew)).toMatchObject({ ok: ['read', 'scan', 'encode'] });
    expect((await first).error?.code).toBe('token_expired');
    const { client_sessions: sessions } = Object(await desk.post('/client_sessions/list', {}));
    const mine = sessions.filter(
      ({ allowed_origin }: { allowed_origin: string }) => allowed_origin === origin,
    );
    expect(mine.map(({ revoked_at }: { revoked_at?: string }) => Boolean(revoked_at))).toEqual([true, false]);
    await page.evaluate(() => Reflect.get(globalThis, 'progress').splice(0));
    await begin(page, user, encoder);
    await inPage(
      page,
      '() => desk.unfinished().then((all) => Promise.all(all.map(({ action_attempt_id: id }) => desk.request("/action_attempts/cancel", { action_attempt_id: id }))))',
    );
  });

  test('that was ended at the desk says so at once, and can be paired again', async () => {
    const page = await paired();
    const { client_sessions: sessions } = Object(await desk.post('/client_sessions/list', {}));
    for (const { client_session_id, is_paired } of sessions) {
      if (is_paired) await desk.post('/client_sessions/revoke', { client_session_id });
    }
    await page.waitForFunction(() => Reflect.get(globalThis, 'states').at(-1) === 'closed');
    expect((await inPage(page, '() => desk.encoders()')).error?.code).toBe('token_expired');
    await page.reload();
    expect((await again(page)).error?.code).toBe('token_expired');
    const paired2 = await connectPage(page, { url: desk.url, asksPage: true, pairAgain: true });
    expect(paired2).toMatchObject({ ok: ['read', 'scan', 'encode'] });
  });

  test('keeps its key where nobody can read it', async () => {
    const page = await paired();
    const exported = await inPage(
      page,
      `async () => {
        const database = await new Promise((resolve) => { indexedDB.open('encoderd').onsuccess = ({ target }) => resolve(target.result); });
        const kept = await new Promise((resolve) => { database.transaction('pairings').objectStore('pairings').get('${desk.url}').onsuccess = ({ target }) => resolve(target.result); });
        return [kept.key.extractable, await crypto.subtle.exportKey('pkcs8', kept.key).catch(({ name }) => name)];
      }`,
    );
    expect(exported).toEqual({ ok: [false, 'InvalidAccessError'] });
  });

  test('that forgets its pairing needs a code again', async () => {
    const page = await paired();
    await inPage(page, '() => desk.forget()');
    await setLoopbackPermission(page, origin, 'granted');
    expect((await again(page)).error?.code).toBe('page_not_paired');
  });

  test('is refused after three wrong codes', async () => {
    const page = await openPage(browser, origin);
    context = page.context();
    const asked: (string | null)[] = [];
    await giveCodes(page, async (id) => {
      const code = await desk.codeFor(id);
      asked.push(code);
      return code === '000000' ? '111111' : '000000';
    });
    expect((await connectPage(page, { url: desk.url, asksPage: true })).error?.code).toBe('pairing_refused');
    expect(asked).toHaveLength(3);
  });
});
