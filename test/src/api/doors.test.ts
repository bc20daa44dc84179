import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';
import { PairedPage } from '../../stories/paired-page.ts';
import { RawClient } from '../../stories/raw-client.ts';
import { parseAnswer, sendBytes } from './raw-socket.ts';

const PAGE = 'https://pms.example.com';
const STRANGER = 'https://stranger.example.com';
const DOORS = ['/v1/pairing/request', '/v1/pairing/confirm'] as const;

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ config: { allowed_origins: [PAGE] } });
});
afterAll(() => desk[Symbol.asyncDispose]());
afterEach(() => {
  const { errorLines } = desk;
  desk.lines.length = 0;
  expect(errorLines).toEqual([]);
});

const refusal = (status: number, type: string) => ({ status, body: { ok: false, error: { type } } });

const preflight = (path: string, origin: string, more: Record<string, string | undefined> = {}) =>
  new RawClient(desk.url, undefined).request('OPTIONS', path, {
    headers: {
      ...{
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
      ...{ 'access-control-request-private-network': 'true', ...more },
    },
  });

describe('a door', () => {
  test('is what only these are', () => {
    const doors = operations.filter(({ isForAnyOrigin }) => isForAnyOrigin === true);
    expect(doors.map(({ path }) => path).toSorted()).toEqual([...DOORS].toSorted());
    expect(doors.map(({ scopes, methods }) => [scopes, methods])).toEqual(doors.map(() => [null, ['POST']]));
  });

  test.each(DOORS)('%s answers every web origin, and only it can read that', async (path) => {
    for (const origin of [STRANGER, 'http://localhost:5173', 'https://a.example:8443', PAGE]) {
      const readable = { 'access-control-allow-origin': origin, vary: 'origin' };
      const asked = await preflight(path, origin);
      const loopback = { 'access-control-allow-private-network': 'true' };
      expect(asked).toMatchObject({ status: 204, headers: { ...readable, ...loopback } });
      expect(asked.headers).not.toHaveProperty('access-control-allow-credentials');
      const answer = await new RawClient(desk.url, undefined).post(path, {}, { origin });
      expect(answer).toMatchObject({ ...refusal(400, 'invalid_input'), headers: readable });
    }
  });

  test.each([
    ...['null', '', '*', 'file://', 'chrome-extension://abc', 'https://', 'javascript:alert(1)'],
    ...[
      'https://PMS.example',
      'https://a.example/',
      'https://a.example, https://b.example',
      'ws://a.example',
    ],
    ...['https://a.example:443', 'https://user@a.example', `https://${'a'.repeat(300)}.example`],
  ])('knows no origin "%.40s"', async (origin) => {
    for (const path of DOORS) {
      for (const answer of [
        await preflight(path, origin),
        await new RawClient(desk.url, undefined).post(path, {}, { origin }),
      ]) {
        expect(answer).toMatchObject(refusal(403, 'forbidden_origin'));
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers).not.toHaveProperty('access-control-allow-private-network');
      }
    }
  });

  test.each([
    ...[
      'null',
      'http://h/path',
      'ftp://h.example',
      'chrome-extension://abcdef',
      'https://a.example, https://b.example',
    ],
    `https://${'a'.repeat(5000)}.example`,
  ])('tells "%.40s" no way in that is none, and repeats nothing of it', async (origin) => {
    for (const path of [...DOORS, '/v1/hello']) {
      const { body } = await new RawClient(desk.url, undefined).post(path, {}, { origin });
      const { message } = Object(body).error;
      expect(message).not.toMatch(/encoderctl|paired/);
      expect(message.length).toBeLessThan(200);
      if (origin !== 'null') expect(message).not.toContain(origin);
    }
  });

  test('is not another path, however it is written', async () => {
    for (const path of [
      ...[
        '/v1/pairing/list',
        '/v1/pairing/refuse',
        '/v1/pairing',
        '/v1/pairing/request/',
        '/v1/pairing/Request',
      ],
      ...[
        '/v1/pairing/request/../list',
        '/v1/pairing/request%2f..%2flist',
        '//v1/pairing/request',
        '/v1/hello',
      ],
    ]) {
      expect(await preflight(path, STRANGER), path).toMatchObject(refusal(403, 'forbidden_origin'));
    }
    const target = `http://127.0.0.1:${desk.port}/v1/pairing/request/../../hello`;
    const head = `Host: 127.0.0.1:${desk.port}\r\nOrigin: ${STRANGER}\r\nConnection: close\r\n\r\n`;
    expect(parseAnswer(await sendBytes(desk.port, `GET ${target} HTTP/1.1\r\n${head}`))).toMatchObject({
      status: 403,
    });
  });

  test('takes JSON only, so that nobody gets past the preflight', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await new RawClient(desk.url, undefined).request('POST', '/v1/pairing/request', {
        text: '{}',
        headers: { origin: STRANGER, 'content-type': type },
      });
      expect(answer).toMatchObject(refusal(400, 'invalid_content_type'));
    }
  });

  test('is still nothing for another Host, nor is the WebSocket one', async () => {
    const host = `rebound.example:${desk.port}`;
    expect(await preflight('/v1/pairing/request', STRANGER, { host })).toMatchObject(
      refusal(421, 'misdirected_request'),
    );
    await expect(LiveClient.connect(desk.url, { origin: STRANGER })).rejects.toThrow('403');
  });

  test('says nothing of loopback to who does not ask, nor does any other path to strangers', async () => {
    const silent = await preflight('/v1/pairing/request', STRANGER, {
      'access-control-request-private-network': undefined,
    });
    expect(silent.headers).not.toHaveProperty('access-control-allow-private-network');
    const other = await preflight('/acs/users/list', PAGE, {
      'access-control-request-private-network': undefined,
    });
    expect(other.status).toBe(204);
    expect(other.headers).not.toHaveProperty('access-control-allow-private-network');
    expect((await preflight('/acs/users/list', PAGE)).headers).toMatchObject({
      'access-control-allow-private-network': 'true',
    });
    for (const path of ['/acs/users/list', '/v1/hello', '/client.js', '/']) {
      expect((await preflight(path, STRANGER)).headers).not.toHaveProperty(
        'access-control-allow-private-network',
      );
    }
  });
});

describe('a page that knocks too often', () => {
  test('is told to wait, and keeps out neither other pages nor apps', async () => {
    await using small = await Desk.open({
      config: { limits: { requests_per_second: 1, request_burst: 10 } },
    });
    const knock = (origin: string) =>
      new RawClient(small.url, undefined).post('/v1/pairing/request', {}, { origin });
    const statuses: number[] = [];
    for (let times = 0; times < 12; times += 1) statuses.push((await knock(STRANGER)).status);
    expect(statuses.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 400));
    const late = await knock(STRANGER);
    expect(late).toMatchObject({ ...refusal(429, 'too_many_requests'), headers: { 'retry-after': '1' } });
    // Many origins of one site are counted together, and still nobody else with them.
    for (let times = 0; times < 12; times += 1) await knock(`https://s${times}.example.com`);
    expect(await knock('https://new.example.com')).toMatchObject({ status: 429 });
    const withWrongKey = new RawClient(small.url, 'seam_local_x').post('/acs/users/list');
    expect(await withWrongKey).toMatchObject(refusal(401, 'unauthorized'));
    expect(await small.app('another').post('/acs/users/list')).toMatchObject({ status: 200 });
    expect(await small.raw.request('GET', '/health')).toMatchObject({ status: 200 });
  });
});

describe('what another page makes the browser send without an Origin', () => {
  const get = (path: string, headers: Record<string, string | undefined>, method = 'GET') =>
    desk.raw.request(method, path, { headers: { authorization: undefined, ...headers } });
  const LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test.each(['cross-site', 'same-site', 'cross-site, none', 'tomorrow'])('%s is refused', async (site) => {
    for (const path of ['/health', '/v1/hello', '/openapi.json', '/metrics', '/acs/users/list', '/nowhere']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
      expect(await get(path, headers), path).toMatchObject(refusal(403, 'forbidden_origin'));
      expect(await get(path, { 'sec-fetch-site': site, ...LINK }), path).toMatchObject({ status: 403 });
      const withKey = await get(path, { ...headers, authorization: `Bearer ${desk.token}` });
      expect(withKey, path).toMatchObject({ status: 403 });
    }
    await expect(LiveClient.connect(desk.url, { headers: { 'sec-fetch-site': site } })).rejects.toThrow(
      '403',
    );
  });

  test('is taken where it comes from the page itself, or from the person', async () => {
    for (const site of ['none', 'same-origin', undefined]) {
      expect(await get('/v1/hello', { 'sec-fetch-site': site, ...LINK })).toMatchObject({ status: 200 });
    }
  });

  test('may be a link to the console, and nothing else of it', async () => {
    const console_ = (headers: object, method?: string) =>
      get('/', { 'sec-fetch-site': 'cross-site', ...headers }, method);
    expect([200, 503]).toContain((await console_(LINK)).status);
    for (const [headers, method] of [
      [{ ...LINK, 'sec-fetch-dest': 'iframe' }],
      [{ ...LINK, 'sec-fetch-mode': 'no-cors' }],
      [{ ...LINK }, 'POST'],
      [{ 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ] as const) {
      expect(await console_(headers, method)).toMatchObject(refusal(403, 'forbidden_origin'));
    }
    expect(await get('/console/assets/x.js', { 'sec-fetch-site': 'cross-site', ...LINK })).not.toMatchObject({
      status: 403,
    });
  });

  test('may be the client, which every page may read', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      { origin: STRANGER, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
      { origin: 'null' },
    ]) {
      const { status, headers: answered } = await get('/client.js', headers);
      expect([200, 503]).toContain(status);
      expect(answered).toMatchObject({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
    }
    expect(await get('/client.js', { host: 'rebound.example' })).toMatchObject({ status: 421 });
  });
});

test('a page of the desk’s own address pairs as any other does', async () => {
  const page = await PairedPage.open(desk, desk.url);
  await using live = await page.live(await page.pair(['read', 'manage']));
  expect(await live.ask('/acs/encoders/list', {})).toMatchObject({ ok: true });
  const framed = await page.post('/v1/pairing/list', {}, { authorization: `Bearer ${desk.token}` });
  expect(framed).toMatchObject({ status: 200 });
});
