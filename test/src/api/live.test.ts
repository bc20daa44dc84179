import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';
import { newCard, numberOf } from '../../stories/story-desk.ts';
import { parseAnswer, sendBytes } from './raw-socket.ts';

const PAGE = 'https://pms.example.com';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ config: { allowed_origins: [PAGE] } });
});
afterAll(() => desk[Symbol.asyncDispose]());
afterEach(async () => {
  vi.useRealTimers();
  expect(await desk.raw.request('GET', '/health')).toMatchObject({ status: 200 });
  const { errorLines } = desk;
  desk.lines.length = 0;
  expect(errorLines).toEqual([]);
});

const connect = () => LiveClient.connect(desk.url);

describe('a new socket', () => {
  test('says who it is, subscribes, and hears what happens from then on', async () => {
    await using live = await connect();
    live.send({ type: 'authenticate', token: desk.token });
    const { sequence } = await live.next('authenticated', () => true);
    const scopes = ['read', 'scan', 'encode', 'manage'];
    const known = { sequence, protocol: 1, scopes, expires_at: null };
    expect(live.frames).toEqual([{ type: 'authenticated', ...known }]);
    live.send({ type: 'subscribe', after: sequence });
    const card = newCard();
    await desk.placeCard(card);
    await desk.removeCard();
    await live.next('card.removed', () => true);
    const what = { acs_encoder_id: desk.encoderId, card: { ...card, card_number: numberOf(card) } };
    expect(live.changes).toEqual([
      { type: 'card.presented', sequence: sequence + 1, ...what },
      { type: 'card.removed', sequence: sequence + 2, ...what },
    ]);
  });

  test('that subscribes after 0 hears everything that ever happened', async () => {
    await using live = await desk.live(0);
    await live.next('event', ({ event }) => event.event_type === 'acs_system.added');
    expect(live.sequences[0]).toBe(1);
    await live.next('encoder.changed', ({ acs_encoder }) => acs_encoder.state === 'online');
  });

  test('that is silent for 3 seconds is closed with 4408', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using live = await connect();
    vi.advanceTimersByTime(2999);
    expect(live.socket.readyState).toBe(live.socket.OPEN);
    vi.advanceTimersByTime(1);
    expect(await live.closed).toMatchObject({ code: 4408, reason: expect.stringContaining('within 3 s') });
    expect(live.frames).toEqual([]);
  });

  test('that said who it is may be silent for as long as it likes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using live = await desk.live();
    vi.advanceTimersByTime(60_000);
    expect(await live.ask('/v1/hello', {})).toMatchObject({ ok: true });
  });

  test('with a key that nobody made is closed with 4401', async () => {
    await using live = await connect();
    live.send({ type: 'authenticate', token: 'seam_local_wrong' });
    expect(await live.closed).toMatchObject({ code: 4401 });
    expect(live.frames).toMatchObject([{ type: 'error', error: { type: 'unauthorized' } }]);
  });

  test.each([
    ['subscribe', { type: 'subscribe', after: 0 }],
    ['request', { type: 'request', id: '1', path: '/health', params: {} }],
  ])('that begins with %s is closed with 4401', async (_, frame) => {
    await using live = await connect();
    live.send(frame);
    expect(await live.closed).toMatchObject({ code: 4401 });
    expect(live.frames).toMatchObject([{ type: 'error', error: { type: 'unauthorized' } }]);
  });
});

describe('a frame', () => {
  test('that is binary closes with 4400', async () => {
    await using live = await desk.live();
    live.socket.send(Buffer.from('{"type":"subscribe","after":0}'), { binary: true });
    expect(await live.closed).toMatchObject({ code: 4400 });
    expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'invalid_input' } });
  });

  test.each([
    ...['', '{', 'null', '[]', '"authenticate"', '42', '{}', '{"type":"dance"}', '{"type":"subscribe"}'],
    ...['{"type":"authenticate"}', '{"type":"authenticate","token":1}', '{"type":"subscribe","after":-1}'],
    ...[
      '{"type":"subscribe","after":1.5}',
      '{"type":"subscribe","after":"1"}',
      '{"type":"request","id":"1"}',
    ],
    ...['{"type":"request","id":"","path":"/health"}', '{"type":"request","id":1,"path":"/health"}'],
    ...['{"type":"request","id":"1","path":"/health","params":[]}', '{"type":"subscribe","after":1e300}'],
    `{"type":"request","id":"${'x'.repeat(201)}","path":"/health"}`,
    `${'['.repeat(30_000)}`,
    `{"type":"request","id":"1","path":"/health","params":{"a":${'['.repeat(20_000)}`,
  ])('%.60s says what is wrong and closes with 4400', async (text) => {
    for (const live of [await connect(), await desk.live()]) {
      live.socket.send(text);
      const { code, reason } = await live.closed;
      expect(code).toBe(4400);
      expect(reason).toMatch(/^The frame cannot be understood/);
      expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'invalid_input' } });
    }
  });

  test('that is nested deeply and well formed is answered', async () => {
    await using live = await desk.live();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    live.socket.send(
      `{"type":"request","id":"deep","path":"/acs/users/get","params":{"acs_user_id":${deep}}}`,
    );
    const answer = await live.next('response', ({ id }) => id === 'deep');
    expect(answer).toMatchObject({ ok: false, error: { type: 'invalid_input' } });
  });

  test('of 64 KiB is answered, a larger one closes with 1009', async () => {
    const padded = (bytes: number) => {
      const frame = JSON.stringify({ type: 'request', id: '1', path: '/health', params: { x: '' } });
      return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
    };
    await using live = await desk.live();
    live.socket.send(padded(65_536));
    expect(await live.next('response', () => true)).toMatchObject({ ok: true });
    live.socket.send(padded(65_537));
    expect(await live.closed).toMatchObject({ code: 1009 });
  });

  test('that comes after the one that closed the socket does nothing', async () => {
    await using live = await connect();
    const path = '/user_identities/create';
    live.socket.send(Buffer.of(1), { binary: true });
    live.send({ type: 'authenticate', token: desk.token });
    live.send({ type: 'request', id: '1', path, params: { user_identity_key: 'too late' } });
    expect(await live.closed).toMatchObject({ code: 4400 });
    expect(await desk.seam.userIdentities.list({ search: 'too late' })).toEqual([]);
  });
});

describe('a request on the socket', () => {
  test('is answered as over HTTP, under its id', async () => {
    await using live = await desk.live();
    const [user, list, hello] = await Promise.all([
      live.ask('/acs/users/create', { acs_system_id: desk.systemId, full_name: 'Live' }),
      live.ask('/acs/encoders/list', {}),
      live.ask('/v1/hello', {}),
    ]);
    expect(user).toMatchObject({ ok: true, acs_user: { full_name: 'Live' } });
    expect(list).toMatchObject({ ok: true, acs_encoders: [{ acs_encoder_id: desk.encoderId }, {}] });
    expect(hello).toMatchObject({ ok: true, product: 'encoderd' });
  });

  test('begins an attempt, whose end comes as a change', async () => {
    await using live = await desk.live();
    const order = { acs_encoder_id: desk.encoderId };
    const asked = await live.ask('/acs/encoders/scan_credential', order);
    const { action_attempt_id } = Object(asked)['action_attempt'];
    await desk.placeCard(newCard());
    await live.next('action_attempt.changed', ({ action_attempt }) => {
      return action_attempt.action_attempt_id === action_attempt_id && action_attempt.status === 'success';
    });
    await desk.removeCard();
  });

  test('that cannot be done is refused, and the socket stays', async () => {
    await using live = await LiveClient.open(desk.url, desk.createKey('live reader', ['read']));
    const refused = async (path: string, params: object) => (await live.ask(path, params)).error?.type;
    expect(await refused('/nowhere', {})).toBe('not_found');
    expect(await refused('/acs/users/get', {})).toBe('invalid_input');
    expect(await refused('/acs/users/get', { acs_user_id: 'x' })).toBe('acs_user_not_found');
    expect(await refused('/acs/users/create', {})).toBe('missing_scope');
    expect(await refused('__proto__', {})).toBe('not_found');
    expect(await live.ask('/acs/users/list', {})).toMatchObject({ ok: true });
  });
});

describe('a socket that is not welcome any more', () => {
  test('is closed with 4401 within a second of the revocation of its key', PROMISE_OF_TIME, async () => {
    await using live = await LiveClient.open(desk.url, desk.createKey('leaver'));
    const at = performance.now();
    desk.revokeKey('leaver');
    expect(await live.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('revoked') });
    expect(performance.now() - at).toBeLessThan(1000);
  });

  test('is closed with 4403 within a second of the removal of its origin', PROMISE_OF_TIME, async () => {
    const origin = 'https://old-pms.example.com';
    desk.inStore(({ origins }) => origins.allow(origin, Date.now()));
    await using live = await LiveClient.connect(desk.url, { origin });
    live.send({ type: 'authenticate', token: desk.token });
    await live.next('authenticated', () => true);
    const at = performance.now();
    desk.inStore(({ origins }) => origins.remove(origin));
    expect(await live.closed).toMatchObject({ code: 4403 });
    expect(performance.now() - at).toBeLessThan(1000);
  });

  test('is closed with 4403 when its key may not read', async () => {
    await using live = await LiveClient.open(desk.url, desk.createKey('blind', ['scan']));
    expect(await live.closed).toMatchObject({ code: 4403 });
    expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'missing_scope' } });
  });
});

describe('an upgrade', () => {
  /** What the daemon answers instead of a WebSocket. */
  async function refusal(options: object, path?: string): Promise<unknown> {
    const { socket } = new LiveClient(desk.url, options, path);
    const [, response] = await once(socket, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode, type: JSON.parse(body).error.type };
  }

  test.each(['https://evil.example', 'null', 'https://pms.example.com:8443'])(
    'from a page of %s is refused with 403',
    async (origin) => {
      expect(await refusal({ origin })).toEqual({ status: 403, type: 'forbidden_origin' });
    },
  );

  test('from an allowed page is taken', async () => {
    await using live = await LiveClient.connect(desk.url, { origin: PAGE });
    live.send({ type: 'authenticate', token: desk.token });
    await live.next('authenticated', () => true);
  });

  test('for another Host is refused with 421', async () => {
    const headers = { host: `rebound.example:${desk.port}` };
    expect(await refusal({ headers })).toEqual({ status: 421, type: 'misdirected_request' });
  });

  test.each(['/', '/acs/users/list', '/live/', '/livestream'])('at %s is not found', async (path) => {
    expect(await refusal({}, path)).toEqual({ status: 404, type: 'not_found' });
  });

  test('that is no WebSocket handshake is refused, and the daemon goes on', async () => {
    const head = `GET /live HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nConnection: Upgrade\r\n`;
    for (const rest of [
      'Upgrade: websocket\r\n',
      'Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n',
      'Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 1\r\n',
    ]) {
      const answer = parseAnswer(await sendBytes(desk.port, `${head}${rest}\r\n`));
      expect([400, 404]).toContain(answer.status);
      expect(answer.head).toMatch(/seam-request-id: \S+/i);
      expect(answer.body).toMatchObject({
        ok: false,
        error: { message: expect.stringMatching(/WebSocket/) },
      });
    }
  });

  test('to another protocol is not made: the answer is HTTP/1.1', async () => {
    const request = `GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`;
    expect(parseAnswer(await sendBytes(desk.port, request))).toMatchObject({ status: 200 });
  });

  test('beyond 100 open sockets of one origin is refused with 429, and others are not', async () => {
    const crowd = await Promise.all(
      Array.from({ length: 100 }, () => LiveClient.connect(desk.url, { origin: PAGE })),
    );
    expect(await refusal({ origin: PAGE })).toEqual({ status: 429, type: 'too_many_requests' });
    await connect().then((live) => live[Symbol.asyncDispose]());
    await Promise.all(crowd.map((live) => live[Symbol.asyncDispose]()));
    await expect
      .poll(() => LiveClient.connect(desk.url, { origin: PAGE }).then((live) => live[Symbol.asyncDispose]()))
      .toBeUndefined();
  });

  test('beyond 1,024 open sockets is refused with 429, and there is room again after', async () => {
    const crowd = await Promise.all(Array.from({ length: 1024 }, connect));
    expect(await refusal({})).toEqual({ status: 429, type: 'too_many_requests' });
    await Promise.all(crowd.map((live) => live[Symbol.asyncDispose]()));
    await expect.poll(() => connect().then((live) => live[Symbol.asyncDispose]())).toBeUndefined();
  });
});

test('a socket whose other end is gone is closed after a ping that nobody answered', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using other = await Desk.open();
  const token = other.token;
  const open = async (autoPong: boolean) => {
    const live = await LiveClient.connect(other.url, { autoPong });
    live.send({ type: 'authenticate', token });
    await live.next('authenticated', () => true);
    return live;
  };
  await using alive = await open(true);
  await using dead = await open(false);
  const pinged = (socket: WebSocket) => once(socket, 'ping');
  const first = [pinged(alive.socket), pinged(dead.socket)];
  vi.advanceTimersByTime(30_000);
  await Promise.all(first);
  expect(await alive.ask('/v1/hello', {})).toMatchObject({ ok: true });
  vi.advanceTimersByTime(30_000);
  expect(await dead.closed).toMatchObject({ code: 1006 });
  expect(await alive.ask('/v1/hello', {})).toMatchObject({ ok: true });
});

test('sockets are told that the daemon is stopping', async () => {
  const other = await Desk.open();
  const live = await other.live();
  await other[Symbol.asyncDispose]();
  expect([1001, 1006]).toContain((await live.closed).code);
});
