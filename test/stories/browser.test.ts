import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeamHttp } from '@seamapi/http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { systemClock } from '../../src/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const isMissing = !existsSync(CHROMIUM);
if (isMissing && process.env['CI'] === 'true') throw new Error(`There is no Chromium at ${CHROMIUM}.`);
if (isMissing)
  process.stderr.write(`SKIPPED: there is no Chromium at ${CHROMIUM}; the browser was not tried.\n`);

/** Without these, as root and without a network, Chromium waits for hosts that never answer. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A front-desk page: it keeps the last sequence it saw, as a page that survives a reload must. */
const PAGE = `<!doctype html><title>Desk</title><script>
  window.seen = JSON.parse(sessionStorage.getItem('seen') ?? '[]');
  window.connect = (url, token) => new Promise((resolve) => {
    const socket = new WebSocket(url);
    window.socket = socket;
    const answers = new Map();
    let requests = 0;
    window.request = (path, params) => new Promise((answer) => {
      const id = String(++requests);
      answers.set(id, answer);
      socket.send(JSON.stringify({ type: 'request', id, path, params }));
    });
    socket.onopen = () => socket.send(JSON.stringify({ type: 'authenticate', token }));
    socket.onclose = (event) => resolve({ closed: event.code });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'authenticated') {
        const after = window.seen.at(-1)?.sequence ?? message.sequence;
        socket.send(JSON.stringify({ type: 'subscribe', after }));
        resolve(message);
      } else if (message.type === 'response') {
        answers.get(message.id)?.(message);
      } else if (message.sequence !== undefined) {
        window.seen.push(message);
        sessionStorage.setItem('seen', JSON.stringify(window.seen));
      }
    };
  });
</script>`;

interface SeenChange {
  readonly type: string;
  readonly sequence: number;
  readonly action_attempt?: { readonly phase: string };
}

describe.skipIf(isMissing)('a web page in Chromium', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-browser-'));
  const servers: Server[] = [];
  let browser: Browser;
  let daemon: EncoderdProcess;
  let token: string;
  let allowed: string;
  let stranger: string;

  beforeAll(async () => {
    [allowed, stranger] = [await servePage(servers), await servePage(servers)];
    daemon = await startEncoderd({
      ENCODERD_STATE_DIR: stateDir,
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_ALLOWED_ORIGINS: allowed,
    });
    token = daemon.createApiKey('desk page');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });

  afterAll(async () => {
    await browser.close();
    await daemon.stop();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    rmSync(stateDir, { recursive: true, force: true });
  });

  test('of an allowed origin runs a scan-to-assign, is reloaded in the middle, and misses nothing', async () => {
    const page = await open(browser, allowed);
    const seam = new SeamHttp({ apiKey: token, endpoint: daemon.url });
    const [encoder] = await seam.acs.encoders.list();
    const [system] = await seam.acs.systems.list();
    const guest = await seam.acs.users.create({
      acs_system_id: system?.acs_system_id ?? '',
      full_name: 'Grace Hopper',
    });

    expect(await connect(page, daemon.url, token)).toMatchObject({ type: 'authenticated', protocol: 1 });
    const begun = await page.evaluate(
      (params) => Reflect.get(globalThis, 'request')('/acs/encoders/scan_to_assign_credential', params),
      { acs_encoder_id: encoder?.acs_encoder_id, acs_user_id: guest.acs_user_id },
    );
    expect(begun).toMatchObject({ ok: true, action_attempt: { status: 'pending' } });
    await untilPhase(page, 'awaiting_card');

    // The page is gone when the card comes.
    await page.goto('about:blank');
    await daemon.post(token, '/acs/encoders/simulate/place_card', {
      acs_encoder_id: encoder?.acs_encoder_id,
      card: { technology: 'ntag213', uid: '04A1B2C3D4E5F6' },
    });
    await seam.actionAttempts.get(
      { action_attempt_id: begun.action_attempt.action_attempt_id },
      { waitForActionAttempt: { timeout: 60_000, pollingInterval: 20 } },
    );

    await page.goto(allowed);
    await connect(page, daemon.url, token);
    await untilPhase(page, 'succeeded');
    const seen: SeenChange[] = await page.evaluate(() => Reflect.get(globalThis, 'seen'));
    const sequences = seen.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, at) => (sequences[0] ?? 0) + at));
    expect(seen.flatMap(({ action_attempt }) => action_attempt?.phase ?? [])).toEqual([
      'queued',
      'awaiting_card',
      'reading',
      'succeeded',
    ]);
    expect(seen.filter(({ type }) => type === 'card.presented')).toHaveLength(1);
    await page.close();
  });

  test('of an allowed origin may call the HTTP API', async () => {
    const page = await open(browser, allowed);
    const answer = await page.evaluate(fetchJson, { url: `${daemon.url}/acs/encoders/list`, token });
    expect(answer).toMatchObject({ status: 200, body: { ok: true } });
    await page.close();
  });

  test('needs no key: it gets by with a client session for its own origin, as another page does not', async () => {
    const order = { allowed_origin: allowed, user_identifier_key: 'desk page' };
    const made = await daemon.post(token, '/client_sessions/create', order);
    const session: string = Object(made).client_session.token;
    using store = openSqliteStore(join(stateDir, 'encoderd.db'));
    store.origins.allow(stranger, systemClock.now());
    const asked = { url: `${daemon.url}/acs/encoders/list`, token: session, isSession: true };
    const own = await open(browser, allowed);
    expect(await own.evaluate(fetchJson, asked)).toMatchObject({ status: 200 });
    expect(await connect(own, daemon.url, session)).toMatchObject({ type: 'authenticated' });
    const other = await open(browser, stranger);
    expect(await other.evaluate(fetchJson, asked)).toMatchObject({
      status: 403,
      body: { error: { type: 'forbidden_origin' } },
    });
    expect(await connect(other, daemon.url, session)).toEqual({ closed: 4403 });
    store.origins.remove(stranger);
    for (const page of [own, other]) await page.close();
  });

  test('of another origin gets nowhere: no socket, no answer, not even with the key', async () => {
    const page = await open(browser, stranger);
    expect(await connect(page, daemon.url, token)).toEqual({ closed: 1006 });
    for (const path of ['/acs/encoders/list', '/v1/hello', '/health']) {
      expect(await page.evaluate(fetchJson, { url: `${daemon.url}${path}`, token })).toBe('TypeError');
    }
    await page.close();
  });

  test('is let in and thrown out while it is open, as soon as a technician says so', async () => {
    const page = await open(browser, stranger);
    using store = openSqliteStore(join(stateDir, 'encoderd.db'));
    store.origins.allow(stranger, systemClock.now());
    expect(await connect(page, daemon.url, token)).toMatchObject({ type: 'authenticated' });
    const closed = page.evaluate(
      () =>
        new Promise((resolve) => {
          Reflect.get(globalThis, 'socket').onclose = (event: CloseEvent) => resolve(event.code);
        }),
    );
    store.origins.remove(stranger);
    expect(await closed).toBe(4403);
    await page.close();
  });
});

/** Serves the page from an origin of its own; returns the origin. */
async function servePage(servers: Server[]): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

function connect(page: Page, url: string, token: string): Promise<unknown> {
  return page.evaluate(
    ([live, key]) => Reflect.get(globalThis, 'connect')(live, key),
    [`${url.replace('http', 'ws')}/live`, token],
  );
}

async function untilPhase(page: Page, phase: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      Reflect.get(globalThis, 'seen').some((change: SeenChange) => change.action_attempt?.phase === wanted),
    phase,
  );
}

interface Asked {
  readonly url: string;
  readonly token: string;
  /** Whether the token is that of a client session, which Seam's clients send in a second header as well. */
  readonly isSession?: boolean;
}

async function fetchJson({ url, token, isSession = false }: Asked): Promise<unknown> {
  try {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(isSession ? { 'client-session-token': token, 'seam-sdk-name': 'seamapi/javascript-http' } : {}),
    };
    const response = await fetch(url, { headers });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
