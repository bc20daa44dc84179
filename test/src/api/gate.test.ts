import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';
import { RawClient } from '../../stories/raw-client.ts';
import { parseAnswer, sendBytes } from './raw-socket.ts';

const PAGE = 'https://pms.example.com';

/** What Seam's clients send besides the usual, as browsers write it in a preflight. */
const SEAM_HEADERS = 'client-session-token,seam-lts-version,seam-sdk-name,seam-sdk-version,seam-workspace';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ config: { allowed_origins: [PAGE, 'http://localhost:8080'] } });
});
afterAll(() => desk[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await desk.raw.request('GET', '/health')).toMatchObject({ status: 200 });
  expect(desk.errorLines).toEqual([]);
});

const refusal = (status: number, type: string) => ({ status, body: { ok: false, error: { type } } });

const hello = (headers: Record<string, string | undefined>, path = '/v1/hello') =>
  desk.raw.request('GET', path, { headers });

describe('the Host', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('%s with our port is ours', async (name) => {
    expect(await hello({ host: `${name}:${desk.port}` })).toMatchObject({ status: 200 });
  });

  test.each([
    ...['evil.example', 'evil.example:PORT', '127.0.0.1', 'localhost', '127.0.0.1:1', 'localhost:3375'],
    ...[
      '0.0.0.0:PORT',
      '[::]:PORT',
      '127.0.0.2:PORT',
      '127.1:PORT',
      '2130706433:PORT',
      '[::ffff:127.0.0.1]:PORT',
    ],
    ...['localhost.:PORT', 'localhost.evil.example:PORT', '127.0.0.1.nip.io:PORT', 'user@127.0.0.1:PORT'],
    ...['127.0.0.1:0PORT', '127.0.0.1:PORT, evil.example'],
  ])('%s is not ours', async (host) => {
    const answer = await hello({ host: host.replace('PORT', String(desk.port)) });
    expect(answer).toMatchObject(refusal(421, 'misdirected_request'));
  });

  test('of another is refused for every path, known or not, before anything else', async () => {
    const host = 'rebound.example';
    const paths = ['/health', '/openapi.json', '/metrics', '/acs/users/list', '/nowhere', '/live', '/%'];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
        const { status } = await desk.raw.request(method, path, { headers: { host }, text: 'x' });
        expect(status, `${method} ${path}`).toBe(421);
      }
    }
  });

  test('must be there', async () => {
    for (const request of [
      'GET /v1/hello HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
      'GET /v1/hello HTTP/1.1\r\nConnection: close\r\n\r\n',
      'GET /v1/hello HTTP/1.0\r\n\r\n',
    ]) {
      const answer = parseAnswer(await sendBytes(desk.port, request));
      expect(answer).toMatchObject(refusal(421, 'misdirected_request'));
    }
  });

  test('in the request line is no way around', async () => {
    const ask = async (target: string, host: string) =>
      parseAnswer(
        await sendBytes(desk.port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
    const ours = `127.0.0.1:${desk.port}`;
    expect(await ask('http://evil.example/v1/hello', 'evil.example')).toMatchObject({ status: 421 });
    const mixed = await ask('http://evil.example/v1/hello', ours);
    expect(mixed).toMatchObject(refusal(421, 'misdirected_request'));
    expect(await ask(`${desk.url}/v1/hello`, ours)).toMatchObject({ status: 200 });
    expect(await ask('*', ours)).toMatchObject({ body: { ok: false } });
    expect(await ask('//evil.example/v1/hello', ours)).toMatchObject({ body: { ok: false } });
  });

  test('twice is refused, whichever comes first', async () => {
    const ours = `Host: 127.0.0.1:${desk.port}`;
    for (const hosts of [
      ['Host: evil.example', ours],
      [ours, 'HOST: evil.example'],
      [ours, ours],
    ]) {
      for (const path of ['/v1/hello', '/live']) {
        const upgrade = path === '/live' ? 'Connection: Upgrade\r\nUpgrade: websocket' : 'Connection: close';
        const request = `GET ${path} HTTP/1.1\r\n${hosts.join('\r\n')}\r\n${upgrade}\r\n\r\n`;
        expect(parseAnswer(await sendBytes(desk.port, request))).toMatchObject(refusal(400, 'bad_request'));
      }
    }
  });
});

describe('the Origin', () => {
  test.each([
    ...['https://evil.example', 'null', '', 'https://pms.example.com:444', 'http://pms.example.com'],
    ...['https://PMS.example.com', 'https://pms.example.com/', 'https://pms.example.com.evil.example'],
    ...[
      'https://sub.pms.example.com',
      'http://localhost',
      'http://localhost:8081',
      'http://127.0.0.1:8080',
      '*',
    ],
    ...['https://pms.example.com, https://evil.example', 'file://', 'chrome-extension://abc'],
  ])('"%s" that nobody allowed is refused, with and without a key', async (origin) => {
    for (const authorization of [undefined, `Bearer ${desk.token}`]) {
      for (const path of ['/v1/hello', '/acs/encoders/list', '/nowhere']) {
        const answer = await hello({ origin, authorization }, path);
        expect(answer).toMatchObject(refusal(403, 'forbidden_origin'));
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      }
    }
  });

  test.each(['127.0.0.1', 'localhost', '[::1]'])('http://%s with our port is our own', async (name) => {
    const origin = `http://${name}:${desk.port}`;
    const readable = { 'access-control-allow-origin': origin };
    expect(await hello({ origin })).toMatchObject({ status: 200, headers: readable });
    for (const other of [`https://${name}:${desk.port}`, `http://${name}`, `http://${name}:${desk.port}0`]) {
      expect(await hello({ origin: other }), other).toMatchObject(refusal(403, 'forbidden_origin'));
    }
  });

  test('that was allowed may read every answer, errors too', async () => {
    const readable = { 'access-control-allow-origin': PAGE, vary: 'origin' };
    const open = await hello({ origin: PAGE, authorization: undefined });
    expect(open).toMatchObject({ status: 200, headers: readable });
    expect(open.headers['access-control-expose-headers']).toContain('seam-request-id');
    expect(open.headers).not.toHaveProperty('access-control-allow-credentials');
    const closed = await hello({ origin: PAGE, authorization: undefined }, '/acs/users/list');
    expect(closed).toMatchObject({ ...refusal(401, 'unauthorized'), headers: readable });
    const missing = await hello({ origin: PAGE }, '/nowhere');
    expect(missing).toMatchObject({ ...refusal(404, 'not_found'), headers: readable });
    const broken = await desk.raw.request('POST', '/acs/users/list', {
      text: '{',
      headers: { origin: PAGE, 'content-type': 'application/json' },
    });
    expect(broken).toMatchObject({ ...refusal(400, 'invalid_json'), headers: readable });
  });

  test('is asked for before anything is sent: the preflight', async () => {
    const preflight = (origin: string, path = '/acs/users/create') =>
      desk.raw.request('OPTIONS', path, {
        headers: {
          origin,
          authorization: undefined,
          'access-control-request-method': 'POST',
          'access-control-request-headers': `authorization,content-type,idempotency-key,${SEAM_HEADERS}`,
          'access-control-request-private-network': 'true',
        },
      });
    const allowed = await preflight(PAGE);
    expect(allowed).toMatchObject({
      status: 204,
      body: '',
      headers: {
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': expect.stringContaining('PATCH'),
        'access-control-allow-headers': expect.stringContaining(`idempotency-key,${SEAM_HEADERS}`),
        'access-control-allow-private-network': 'true',
      },
    });
    expect(await preflight(PAGE, '/%')).toMatchObject({ headers: { 'access-control-allow-origin': PAGE } });
    const foreign = await preflight('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-private-network');
  });

  test('that a technician allows comes in at once, and is out at once when it is removed', async () => {
    const origin = 'http://127.0.0.1:5173';
    expect(await hello({ origin })).toMatchObject({ status: 403 });
    desk.inStore(({ origins }) => origins.allow(origin, Date.now()));
    expect(await hello({ origin })).toMatchObject({ status: 200 });
    desk.inStore(({ origins }) => origins.remove(origin));
    expect(await hello({ origin })).toMatchObject({ status: 403 });
  });
});

describe('the key', () => {
  const list = (authorization: string | undefined) => hello({ authorization }, '/acs/users/list');

  test.each([
    ...['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer seam_local_unknown', 'Bearer a b', 'Token x'],
    `Bearer ${'x'.repeat(8000)}`,
  ])('"%s" is nobody’s', async (authorization) => {
    expect(await list(authorization)).toMatchObject(refusal(401, 'unauthorized'));
    expect(await list(undefined)).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('is asked for before the body is read', async () => {
    const stranger = new RawClient(desk.url, undefined);
    const answer = await stranger.request('POST', '/acs/users/create', {
      text: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('is what a HEAD needs as well, which has the headers of a GET and no body', async () => {
    const answer = await desk.raw.request('HEAD', '/acs/users/list');
    expect(answer).toMatchObject({
      status: 200,
      body: '',
      headers: {
        'content-type': expect.stringMatching(/^application\/json/),
        'seam-request-id': expect.any(String),
      },
    });
    const stranger = new RawClient(desk.url, undefined);
    expect(await stranger.request('HEAD', '/acs/users/list')).toMatchObject({ status: 401, body: '' });
    expect(await desk.raw.request('HEAD', '/acs/users/create')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });

  test('of another kind of Seam’s is nobody’s here, with or without a workspace', async () => {
    for (const token of ['seam_at_x', 'seam_pk_x', 'eyJhbGciOiJIUzI1NiJ9.e30.x', 'seam_cst1x', 'seam_cst']) {
      for (const workspace of [undefined, crypto.randomUUID()]) {
        const headers = { authorization: `Bearer ${token}`, 'seam-workspace': workspace };
        expect(await hello(headers, '/acs/users/list')).toMatchObject(refusal(401, 'unauthorized'));
      }
    }
    const headers = { authorization: undefined, 'seam-publishable-key': 'seam_pk_x' };
    expect(await hello(headers, '/acs/users/list')).toMatchObject(refusal(401, 'unauthorized'));
    expect(await hello({ 'seam-workspace': 'any' }, '/acs/users/list')).toMatchObject({ status: 200 });
  });

  test('in the query or in a cookie is no key', async () => {
    const answer = await desk.raw.request('GET', '/acs/users/list', {
      query: `authorization=Bearer ${desk.token}&api_key=${desk.token}`.replaceAll(' ', '%20'),
      headers: { authorization: undefined, cookie: `authorization=${desk.token}` },
    });
    expect(answer).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('that was revoked is refused at once, and says so', async () => {
    const temp = desk.app('temp');
    expect(await temp.request('GET', '/acs/users/list')).toMatchObject({ status: 200 });
    desk.revokeKey('temp');
    expect(await temp.request('GET', '/acs/users/list')).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringContaining('revoked') } },
    });
  });

  test('does what its scopes allow, and is told which one is missing', async () => {
    const reader = desk.app('reader', ['read']);
    const scanner = desk.app('scanner', ['scan']);
    const order = { acs_encoder_id: desk.encoderId };
    const lacks = (scope: string) => ({
      ...refusal(403, 'missing_scope'),
      body: { error: { data: { scope } } },
    });
    expect(await reader.post('/acs/users/list')).toMatchObject({ status: 200 });
    expect(await reader.post('/acs/encoders/scan_credential', order)).toMatchObject(lacks('scan'));
    expect(await reader.post('/acs/users/create', {})).toMatchObject(lacks('manage'));
    expect(await reader.post('/acs/encoders/simulate/remove_card', order)).toMatchObject(lacks('manage'));
    expect(await scanner.post('/acs/users/list')).toMatchObject(lacks('read'));
    const asked = await scanner.post('/acs/encoders/scan_credential', order);
    expect(asked).toMatchObject({ status: 200 });
    const { action_attempt_id } = Object(asked.body).action_attempt;
    const cancelled = await scanner.post('/action_attempts/cancel', { action_attempt_id });
    expect(cancelled).toMatchObject({ status: 200 });
  });

  test('never reaches the log', async () => {
    await desk.raw.post('/acs/users/create', { full_name: desk.token });
    const written = JSON.stringify(desk.lines);
    expect(desk.lines.length).toBeGreaterThan(0);
    expect(written).not.toContain(desk.token);
    expect(written).not.toContain(desk.token.slice(0, 20));
  });
});

describe('what is not HTTP', () => {
  test.each([
    ['garbage', '\u0000\u0001\u0002\u0003\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version of tomorrow', 'GET / HTTP/9.9\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header with a newline', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\u0000d\r\n\r\n'],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  ])('%s gets the error envelope and a closed socket', async (_, bytes) => {
    const answer = parseAnswer(await sendBytes(desk.port, bytes));
    expect(answer).toMatchObject(refusal(400, 'bad_request'));
    expect(answer.head).toMatch(/connection: close/i);
    expect(answer.head).toMatch(/seam-request-id: \S+/i);
  });

  test('headers of 40 KiB are too large, of 24 KiB are not', async () => {
    const ask = async (bytes: number) =>
      parseAnswer(
        await sendBytes(
          desk.port,
          `GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nConnection: close\r\nCookie: ${'x'.repeat(bytes)}\r\n\r\n`,
        ),
      );
    expect(await ask(24 * 1024)).toMatchObject({ status: 200 });
    expect(await ask(40 * 1024)).toMatchObject(refusal(400, 'bad_request'));
  });
});
