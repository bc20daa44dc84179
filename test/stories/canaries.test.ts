import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { issued, newCredential } from './encode-stories.ts';
import { LiveClient } from './live-client.ts';
import { base64url } from './paired-page.ts';
import { checkedSeam, RawClient } from './raw-client.ts';
import { newCard, StoryDesk } from './story-desk.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

/** Secrets that can be told from everything else, and where each may be found. */
const CANARIES = [
  'API key',
  'API key of another app',
  'session token',
  'token of a paired page',
  'pairing code',
  'webhook secret',
  'backend key',
  'site keys',
  'card image',
  'card uid',
] as const;
type Canary = (typeof CANARIES)[number];

/** Every place that something may leak to, and what may stand there: the contract says so, or nobody could work with it. */
const PLACES: readonly (readonly [place: string, mayHold: readonly Canary[]])[] = [
  ['the log at its finest', []],
  ['the log over the API', []],
  ['the flight recorder', []],
  ['refusals', []],
  ['the figures', []],
  ['the health', []],
  ['the description of the API', []],
  ['the audit log', []],
  ['the state of the sync', []],
  // A card that is presented, and an attempt's result, tell uid and card number (interface.md, WebSocket).
  ['the socket of another app', ['card uid']],
  ['the socket of a web page', ['card uid']],
  ['the events', []],
  ['what is posted to webhooks', []],
  ['attempts', ['card uid']],
  ['card writes', ['card uid']],
  ['the pages that wait, as the desk sees them', ['pairing code']],
  ['the lists of keys and sessions', []],
  ['webhooks as they are listed', ['webhook secret']],
  // It is what the desk works with: its own user alone may read it. Of tokens it holds hashes.
  ['the database', ['pairing code', 'webhook secret', 'card image', 'card uid']],
  ['what the daemon serves to browsers', []],
  // It is told to the backend, which has the key, and must know whose card it is.
  ['what the backend is told', ['backend key', 'card uid']],
];

const filled = new Map<string, string>();
const canaries = new Map<Canary, readonly string[]>();
const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-canaries-'));

/** Every way in which bytes may be written down, in small letters; inner ones of base64, whatever comes before. */
function formsOf(bytes: Uint8Array): readonly string[] {
  const inner = [0, 1, 2].map((at) => Buffer.from(bytes.subarray(at)).toString('base64').slice(0, 16));
  return [Buffer.from(bytes).toString('hex'), bytes.join(','), ...inner].map((form) => form.toLowerCase());
}

const isIn = (text: string, form: string) =>
  /^\d{6}$/.test(form) ? new RegExp(`(?<![\\w.-])${form}(?![\\w-])`).test(text) : text.includes(form);

const holds = (text: string, canary: Canary) =>
  (canaries.get(canary) ?? []).some((form) => isIn(text.toLowerCase(), form.toLowerCase()));

const secretOf = (canary: Canary) => z.string().parse(canaries.get(canary)?.[0]);

/** Keys of a site as a file that can be imported. */
function siteKeysFile(): string {
  const names = [
    'record',
    'ntag_password',
    'classic_read',
    'classic_write',
    'desfire_master',
    'desfire_write',
  ];
  const keys = [...names, 'desfire_read', 'desfire_picc'].map((name) => [name, randomBytes(16)] as const);
  canaries.set(
    'site keys',
    keys.flatMap(([, key]) => formsOf(key)),
  );
  return JSON.stringify({
    format: 'encoderd site keys 1',
    versions: [
      {
        ...{ version: 1, created_at: '2026-01-01T00:00:00.000Z' },
        keys: Object.fromEntries(keys.map(([name, key]) => [name, key.toString('hex').toUpperCase()])),
      },
    ],
  });
}

/** A backend that knows nothing, and says again whatever it is told: the worst that can be made of a key. */
const told: string[] = [];
const backend = createServer((request, response) => {
  request.on('data', (chunk) => told.push(String(chunk)));
  request.on('end', () => {
    const said = JSON.stringify({ url: request.url, headers: request.headers });
    told.push(said);
    response.writeHead(told.length % 2 === 0 ? 500 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { type: 'unauthorized', message: said }, ok: false }));
  });
});

let daemon: EncoderdProcess;
let app: RawClient;

async function keep(place: string, text: string | Promise<string>): Promise<void> {
  filled.set(place, `${filled.get(place) ?? ''}${await text}\n`);
}

/** The answer as text, whatever it is. */
async function said(client: RawClient, path: string, body: object = {}): Promise<string> {
  return JSON.stringify((await client.post(path, body)).body);
}

/** As Seam's clients and browsers ask, with nothing held against the contract. */
async function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<string> {
  const init = { method, headers, ...(body === undefined ? {} : { body }) };
  return (await fetch(new URL(path, daemon.url), init)).text();
}

beforeAll(async () => {
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const { port }: AddressInfo = z.custom<AddressInfo>().parse(backend.address());
  canaries.set('backend key', [`seam_canary_${randomBytes(16).toString('hex')}`]);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(stateDir, 'site-keys.json'), siteKeysFile(), { mode: 0o600 });
  daemon = await startEncoderd({
    ENCODERD_STATE_DIR: stateDir,
    ENCODERD_DRIVERS: 'virtual',
    ENCODERD_LOG_LEVEL: 'trace',
    ENCODERD_ALLOWED_ORIGINS: 'https://pms.example.com',
    ENCODERD_BACKEND_ENDPOINT: `http://127.0.0.1:${port}`,
    ENCODERD_BACKEND_API_KEY: secretOf('backend key'),
  });
  const everything = ['read', 'scan', 'encode', 'manage', 'admin'].flatMap((scope) => ['--scope', scope]);
  canaries.set('API key', [daemon.createApiKey('front desk', ...everything)]);
  canaries.set('API key of another app', [daemon.createApiKey('kiosk')]);
  app = new RawClient(daemon.url, secretOf('API key'));

  await using receiver = await WebhookReceiver.open();
  const made = await app.post('/webhooks/create', { url: receiver.url });
  canaries.set('webhook secret', [z.string().parse(Object(made.body).webhook.secret)]);
  const session = await app.post('/client_sessions/create', { allowed_origin: 'https://pms.example.com' });
  canaries.set('session token', [z.string().parse(Object(session.body).client_session.token)]);
  await pairPages();
  await using other = await LiveClient.open(daemon.url, secretOf('API key of another app'));
  await using page = await LiveClient.connect(daemon.url, { headers: { origin: 'https://pms.example.com' } });
  page.send({ type: 'authenticate', token: secretOf('session token') });
  const { sequence } = await page.next('authenticated', () => true);
  page.send({ type: 'subscribe', after: sequence });
  await workWithCards();
  await misbehave();
  await vi.waitFor(() => expect(Math.min(receiver.posts.length - 2, told.length)).toBeGreaterThan(1), 30_000);
  await look();
  await keep('what is posted to webhooks', JSON.stringify(receiver.posts));
  await keep('the socket of another app', JSON.stringify(other.frames));
  await keep('the socket of a web page', JSON.stringify(page.frames));
});

afterAll(async () => {
  await daemon.kill();
  backend.closeAllConnections();
  backend.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** One page is paired, and another one waits for its code. */
async function pairPages(): Promise<void> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const public_key = base64url(await crypto.subtle.exportKey('spki', publicKey));
  const seen: string[] = [];
  for (const origin of ['https://a.example', 'https://b.example']) {
    const headers = { origin, authorization: undefined };
    const asked = await app.post('/v1/pairing/request', { scopes: ['read'], public_key }, headers);
    const { pairing_id } = Object(asked.body).pairing;
    const { body } = await app.post('/v1/pairing/list');
    const waiting = z
      .array(z.looseObject({ pairing_id: z.string(), code: z.string() }))
      .parse(Object(body).pairings);
    await keep('the pages that wait, as the desk sees them', JSON.stringify(waiting));
    const code = z.string().parse(waiting.find((one) => one.pairing_id === pairing_id)?.code);
    seen.push(code);
    if (origin !== 'https://a.example') continue;
    const wrong = await app.post(
      '/v1/pairing/confirm',
      { pairing_id, code: code === '000000' ? '1' : '000000' },
      headers,
    );
    await keep('refusals', JSON.stringify(wrong.body));
    const paired = await app.post('/v1/pairing/confirm', { pairing_id, code }, headers);
    canaries.set('token of a paired page', [z.string().parse(Object(paired.body).token)]);
  }
  canaries.set('pairing code', seen);
}

/** A scan, an assignment, a card that is written, and one that is pulled away in the middle. */
async function workWithCards(): Promise<void> {
  const seam = checkedSeam(daemon.url, secretOf('API key'));
  const [encoder] = await seam.acs.encoders.list();
  const [system] = await seam.acs.systems.list();
  const acs_encoder_id = z.string().parse(encoder?.acs_encoder_id);
  const simulate = (path: string, more: object) =>
    app.post(`/acs/encoders/simulate/${path}`, { acs_encoder_id, ...more });
  await using desk = await StoryDesk.open({
    ...{ seam, raw: app, encoderId: acs_encoder_id, systemId: z.string().parse(system?.acs_system_id) },
    placeCard: (card) => simulate('place_card', { card }),
    removeCard: () => simulate('remove_card', {}),
  });
  const [scanned, assigned, written] = [newCard(), newCard(), newCard()];
  canaries.set(
    'card uid',
    [scanned, assigned, written].flatMap(({ uid }) => formsOf(Buffer.from(uid, 'hex'))),
  );
  await desk.serve(await desk.scan(), scanned);
  await desk.serve(await desk.assign({ acs_user_id: await desk.guest('Grace Hopper') }), assigned);
  await issued(desk, written);
  const { acs_credential_id } = await newCredential(desk);
  using store = openSqliteStore(join(stateDir, 'encoderd.db'));
  await desk.encode({ acs_credential_id, overwrite: true });
  // Later each time, until something of the card was changed.
  for (let exchange = 10; store.cardWrites.openFor(written.uid) === null; exchange += 2) {
    expect(exchange).toBeLessThan(60);
    const before = desk.live.frames.length;
    await simulate('place_card', {
      card: { ...written, faults: { pulled_at: { exchange, moment: 'after' } } },
    });
    await desk.live.next(
      'action_attempt.changed',
      ({ action_attempt: { hint = '' } }) => /lifted too soon|not finished/.test(hint),
      before,
    );
    await simulate('remove_card', {});
  }
  const image = store.cardWrites.openFor(written.uid)?.preimage ?? new Uint8Array();
  // Not what the factory wrote, nor zeros.
  const middle = [...image.keys()].find((at) => new Set(image.subarray(at, at + 18)).size > 14) ?? 0;
  canaries.set('card image', formsOf(image.subarray(middle, middle + 18)));
}

/** Secrets where they do not belong: in paths, names, ids, headers, and on sockets. */
async function misbehave(): Promise<void> {
  const secrets = ['API key', 'session token', 'token of a paired page', 'backend key'] as const;
  const kiosk = { authorization: `Bearer ${secretOf('API key of another app')}` };
  const json = { 'content-type': 'application/json' };
  for (const secret of secrets.map(secretOf)) {
    const changed = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
    const refusals = [
      raw('GET', '/acs/encoders/list', { authorization: `Bearer ${changed}` }),
      raw('GET', '/acs/encoders/list', { authorization: `Basic ${secret}` }),
      raw('GET', '/acs/encoders/list', { authorization: `Bearer ${secret}`, origin: 'https://evil.example' }),
      raw('GET', '/acs/encoders/list', { 'client-session-token': secret, origin: 'https://evil.example' }),
      raw('GET', `/acs/users/get?acs_user_id=${secret}`, kiosk),
      raw('POST', '/acs/users/get', { ...json, ...kiosk }, JSON.stringify({ acs_user_id: secret })),
      raw(
        'POST',
        '/acs/users/create',
        { ...json, ...kiosk },
        JSON.stringify({ acs_system_id: secret, full_name: 1 }),
      ),
      raw('POST', '/acs/encoders/list', { ...json, ...kiosk }, `{"a": ${secret}`),
      raw('POST', '/acs/encoders/list', { 'content-type': secret, ...kiosk }, '{}'),
      raw('POST', '/acs/users/get', { ...json, ...kiosk, 'idempotency-key': secret }, '{}'),
      raw(
        'POST',
        '/v1/pairing/confirm',
        { ...json, origin: 'https://c.example' },
        JSON.stringify({ pairing_id: secret, code: secret }),
      ),
      raw(
        'POST',
        '/v1/pairing/request',
        { ...json, origin: 'https://c.example' },
        JSON.stringify({ scopes: [secret], public_key: secret }),
      ),
    ];
    for (const refusal of refusals) await keep('refusals', refusal);
    for (const frames of framesWith(secret)) await keep('refusals', onSocket(frames));
  }
  await keep('refusals', raw('POST', '/v1/pairing/list', { ...json, origin: 'https://b.example' }, '{}'));
  await keep('refusals', raw('POST', '/webhooks/create', { ...json, ...kiosk }, '{"url":"no"}'));
}

const framesWith = (secret: string): readonly (readonly object[])[] => [
  [{ type: 'authenticate', token: `${secret}x` }],
  [{ type: secret }],
  [{ type: 'prove', client_session_id: secret, nonce: secret }],
  [
    { type: 'authenticate', token: secretOf('API key of another app') },
    { type: 'subscribe', after: secret },
  ],
];

/** What a socket hears that sends these, until it is closed. */
async function onSocket(frames: readonly object[]): Promise<string> {
  await using live = await LiveClient.connect(daemon.url);
  for (const frame of frames) live.send(frame);
  const { reason } = await live.closed;
  return JSON.stringify([live.frames.filter(({ type }) => type === 'error'), reason]);
}

/** Everything that can be read, and then the files. */
async function look(): Promise<void> {
  const authorization = { authorization: `Bearer ${secretOf('API key')}` };
  await keep('the log over the API', said(app, '/v1/log/list', { limit: 1000 }));
  await keep('the flight recorder', said(app, '/v1/flight_recorder/list', { limit: 10_000 }));
  await keep('the figures', raw('GET', '/metrics', authorization));
  await keep('the health', raw('GET', '/health', {}));
  await keep('the description of the API', raw('GET', '/openapi.json', {}));
  await keep('the audit log', said(app, '/v1/audit_log/list'));
  for (const path of ['/v1/sync/status', '/v1/sync/refused', '/v1/sync/get_pairing']) {
    await keep('the state of the sync', said(app, path));
  }
  await keep('the events', said(app, '/events/list', { since: '2000-01-01T00:00:00Z', limit: 1000 }));
  await keep('attempts', said(app, '/action_attempts/list'));
  await keep('card writes', said(app, '/v1/card_writes/list'));
  await keep('the lists of keys and sessions', said(app, '/client_sessions/list'));
  await keep('webhooks as they are listed', said(app, '/webhooks/list'));
  await keep('webhooks as they are listed', said(app, '/v1/webhooks/deliveries/list'));
  for (const path of ['/', '/client.js', '/v1/hello'])
    await keep('what the daemon serves to browsers', raw('GET', path, {}));
  expect(await daemon.stop()).toBe(0);
  await keep('the log at its finest', daemon.output.join('\n'));
  await keep('the flight recorder', readFileSync(join(stateDir, 'flight-recorder.jsonl'), 'utf8'));
  await keep('what the backend is told', told.join('\n'));
  for (const name of readdirSync(stateDir).filter((one) => one.startsWith('encoderd.db'))) {
    const bytes = readFileSync(join(stateDir, name));
    await keep('the database', `${bytes.toString('latin1')}${bytes.toString('hex')}`);
  }
}

describe.each(PLACES)('%s', (place, mayHold) => {
  test('has something in it', () => {
    expect(filled.get(place)?.trim().length).toBeGreaterThan(20);
  });

  test.each(CANARIES.filter((canary) => !mayHold.includes(canary)))('holds no %s', (canary) => {
    expect(canaries.get(canary)?.length).toBeGreaterThan(0);
    const text = filled.get(place) ?? '';
    const at = (canaries.get(canary) ?? [])
      .map((form) => text.toLowerCase().indexOf(form.toLowerCase()))
      .find((n) => n >= 0);
    expect(holds(text, canary), text.slice(Math.max(0, (at ?? 0) - 300), (at ?? 0) + 100)).toBe(false);
  });
});

test.each([
  ['the socket of another app', 'card uid'],
  ['the database', 'card uid'],
  ['the database', 'card image'],
  ['the database', 'webhook secret'],
  ['the pages that wait, as the desk sees them', 'pairing code'],
  ['webhooks as they are listed', 'webhook secret'],
  ['what the backend is told', 'backend key'],
] as const)('%s holds the %s, so that one that leaks would be found', (place, canary) => {
  expect(holds(filled.get(place) ?? '', canary)).toBe(true);
});
