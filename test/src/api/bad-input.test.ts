import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { clientsFor } from '../../stories/client-for.ts';
import { Desk } from '../../stories/desk.ts';
import type { RawClient } from '../../stories/raw-client.ts';
import { parseAnswer, sendBytes } from './raw-socket.ts';

const CREATE = '/acs/users/create';

let desk: Desk;
let clientFor: (path: string) => RawClient;
beforeAll(async () => {
  desk = await Desk.open();
  clientFor = clientsFor(desk);
});
afterAll(() => desk[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await desk.raw.request('GET', '/health')).toMatchObject({ status: 200, body: { ok: true } });
  const { errorLines } = desk;
  desk.lines.length = 0;
  expect(errorLines).toEqual([]);
});

const refusal = (status: number, type: string) => ({ status, body: { ok: false, error: { type } } });

const send = (text: string | Uint8Array, headers: Record<string, string | undefined> = {}) =>
  desk.raw.request('POST', CREATE, { text, headers: { 'content-type': 'application/json', ...headers } });

describe('a body', () => {
  test('of 64 KiB is taken, of one byte more and of 1 MB is too large', async () => {
    const padded = (bytes: number) => {
      const body = JSON.stringify({ acs_system_id: desk.systemId, full_name: 'A', junk: '' });
      return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
    };
    expect(await send(padded(65_536))).toMatchObject({ status: 200 });
    expect(await send(padded(65_537))).toMatchObject(refusal(413, 'payload_too_large'));
    expect(await send(padded(1_000_000))).toMatchObject(refusal(413, 'payload_too_large'));
  });

  test('that is too large and comes in chunks is refused before it is over', async () => {
    const head = `POST ${CREATE} HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nAuthorization: Bearer ${desk.token}\r\n`;
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const text = `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    const answer = parseAnswer(await sendBytes(desk.port, `${text}${chunk}${chunk}0\r\n\r\n`));
    expect(answer).toMatchObject(refusal(413, 'payload_too_large'));
  });

  test.each([
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":1} x',
    'NaN',
    '\u0000',
    '\uFEFF{}',
    '{"a":"\n"}',
    '[1,',
    'undefined',
  ])('%j is not JSON', async (text) => {
    expect(await send(text)).toMatchObject(refusal(400, 'invalid_json'));
  });

  const zoe = (name = 'Zoë') => JSON.stringify({ acs_system_id: desk.systemId, full_name: name });

  test('that is not UTF-8 is refused: other characters would be read', async () => {
    for (const bytes of [Buffer.from(zoe(), 'latin1'), Buffer.from(zoe(), 'utf16le')]) {
      expect(await send(bytes)).toMatchObject(refusal(400, 'invalid_json'));
    }
  });

  test.each(['iso-8859-1', 'UTF-16', '"windows-1252"', 'us-ascii'])(
    'in the characters of %s is refused, and named',
    async (charset) => {
      const answer = await send(zoe('Zoe'), { 'content-type': `application/json; charset=${charset}` });
      expect(answer).toMatchObject(refusal(400, 'invalid_content_type'));
      const named = expect.stringContaining(charset.replaceAll('"', ''));
      expect(answer.body).toMatchObject({ error: { message: named } });
    },
  );

  test('that is compressed is refused; identity is none', async () => {
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const answer = await send(gzipSync(zoe()), { 'content-encoding': encoding });
      expect(answer).toMatchObject(refusal(400, 'invalid_content_type'));
      expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(encoding) } });
    }
    expect(await send(zoe(), { 'content-encoding': 'identity' })).toMatchObject({ status: 200 });
  });

  test.each(['[]', '[{}]', '"text"', '42', 'true', 'null', '', '{}'])('%s names no user', async (text) => {
    expect(await send(text)).toMatchObject(refusal(400, 'invalid_input'));
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json', '*/*'])(
    'of type %s is refused',
    async (type) => {
      const answer = await send('{}', { 'content-type': type });
      expect(answer).toMatchObject(refusal(400, 'invalid_content_type'));
    },
  );

  test('that is empty is none, whatever it is called: Seam’s client calls it a form', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
      const headers = { 'content-type': type, 'content-length': '0' };
      expect(await desk.raw.request('POST', '/acs/users/list', { text: '', headers })).toMatchObject({
        status: 200,
      });
    }
  });

  test.each([undefined, 'json', 'application/json/x', 'application/jsonp', ';', 'application/json5'])(
    'of type %s is refused as well',
    async (type) => {
      const answer = await send('{}', { 'content-type': type });
      expect(answer).toMatchObject(refusal(400, 'invalid_content_type'));
    },
  );

  test.each([
    ...['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8'],
    ...['application/json; charset="utf-8"', 'application/json; profile=x; charset=utf8'],
  ])('of type %s is JSON', async (type) => {
    const user = JSON.stringify({ acs_system_id: desk.systemId, full_name: 'Zoë 日本 🗝' });
    expect(await send(user, { 'content-type': type })).toMatchObject({
      status: 200,
      body: { acs_user: { full_name: 'Zoë 日本 🗝' } },
    });
  });

  const DEEP = 30_000;
  test.each([
    ['lists', `{"full_name":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
    ['objects', `{"junk":${'{"a":'.repeat(DEEP / 3)}1${'}'.repeat(DEEP / 3)}}`],
    ['lists that nobody asked for', `{"junk":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
  ])('nested deeply of %s is a mistake of the caller, with and without Idempotency-Key', async (_, text) => {
    expect(await send(text)).toMatchObject(refusal(400, 'invalid_input'));
    expect(await send(text, { 'idempotency-key': crypto.randomUUID() })).toMatchObject({ status: 400 });
  });

  test('with names of JavaScript’s own changes nothing for others', async () => {
    const text = `{"__proto__":{"full_name":"P"},"constructor":{"prototype":{"full_name":"C"}},"acs_system_id":"${desk.systemId}"}`;
    expect(await send(text)).toMatchObject(refusal(400, 'invalid_input'));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('values', () => {
  const NEEDS_NO_MORE_THAN_AN_ENCODER =
    /\/(list|list_health|get|status|hello|ping|walk|get_pairing|(scan_|next_)credential\w*|(get_or_)?create|(remove|erase|inspect)_card)$/;
  // That each parameter is refused by its name when its kind is wrong is a convention of the conformance suite.
  const WRONG = [null, [], { x: 1 }, 1e308, ' ', 'x'.repeat(3000), '\u0000'];

  test.each(operations.filter(({ scopes }) => scopes !== null).map(({ path }) => ({ path })))(
    '$path: a value of the wrong kind is refused, or found nowhere; never a failure here',
    async ({ path }) => {
      const fields = [
        ...['acs_user_id', 'user_identity_id', 'acs_system_id', 'acs_encoder_id', 'acs_credential_id'],
        ...['action_attempt_id', 'event_id', 'full_name', 'card', 'access_method', 'limit', 'page_cursor'],
        ...['search', 'since', 'between', 'access_schedule', 'acs_encoder_ids', 'timeout_seconds', 'code'],
      ];
      for (const value of WRONG) {
        const everything = Object.fromEntries(fields.map((field) => [field, value]));
        const card = { acs_encoder_id: desk.encoderId, card: value };
        for (const sent of path.includes('/encoders/') ? [everything, card] : [everything]) {
          const { status, body } = await clientFor(path).post(path, sent);
          expect([200, 400, 404, 409], `${path} with ${JSON.stringify(value)?.slice(0, 20)}`).toContain(
            status,
          );
          if (status === 200) expect(path).toMatch(NEEDS_NO_MORE_THAN_AN_ENCODER);
          const { action_attempt_id } = Object(Object(body).action_attempt);
          if (action_attempt_id !== undefined)
            await desk.raw.post('/action_attempts/cancel', { action_attempt_id });
        }
      }
    },
  );

  test('several mistakes are told at once', async () => {
    const answer = await desk.raw.post(CREATE, { acs_system_id: 1, email_address: 'nobody' });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: {
          message: expect.stringMatching(/^3 Input Errors: .*full_name is required/),
          validation_errors: {
            full_name: { _errors: [expect.any(String)] },
            acs_system_id: { _errors: [expect.any(String)] },
            email_address: { _errors: ['Expected an e-mail address'] },
          },
        },
      },
    });
  });

  test('what no single parameter is to blame for is told of the whole', async () => {
    const whole = (message: string) => ({
      body: { error: { type: 'invalid_input', message, validation_errors: { _errors: [message] } } },
    });
    const ofSite = 'url must be an address with http or https, as https://pms.example.com/hooks.';
    expect(await desk.raw.post('/webhooks/create', { url: 'x:y' })).toMatchObject(whole(ofSite));
    const ofSchema = 'Must specify either since or between';
    expect(await desk.raw.post('/events/list')).toMatchObject(whole(ofSchema));
  });

  test.each([0, 0.9, 601, -1, '60', null])('timeout_seconds %s is refused', async (timeout_seconds) => {
    const order = { acs_encoder_id: desk.encoderId, timeout_seconds };
    const answer = await desk.raw.post('/acs/encoders/scan_credential', order);
    expect(answer).toMatchObject(refusal(400, 'invalid_input'));
  });

  test('an id may have 200 characters; a longer one is not said again', async () => {
    const get = (acs_encoder_id: string) => desk.raw.post('/acs/encoders/get', { acs_encoder_id });
    expect(await get('x'.repeat(200))).toMatchObject(refusal(404, 'acs_encoder_not_found'));
    for (const length of [201, 60_000]) {
      const answer = await get('x'.repeat(length));
      expect(answer).toMatchObject(refusal(400, 'invalid_input'));
      expect(JSON.stringify(answer.body).length).toBeLessThan(500);
    }
  });

  test("an entrance's name is kept trimmed and composed, has 1 to 200 characters, and no control characters", async () => {
    const create = (display_name: string) => desk.raw.post('/v1/entrances/create', { display_name });
    expect(await create(' Cafe\u0301 ')).toMatchObject({
      status: 200,
      body: { acs_entrance: { display_name: 'Caf\u00E9' } },
    });
    expect(await create('Caf\u00E9')).toMatchObject(refusal(409, 'duplicate_entrance'));
    for (const name of ['', ' ', 'a\nb', 'a\u001B[2Jb', 'x'.repeat(201), 'x'.repeat(60_000)]) {
      const answer = await create(name);
      expect(answer).toMatchObject(refusal(400, 'invalid_input'));
      expect(answer.body).toMatchObject({
        error: {
          message: expect.stringContaining('1 to 200 characters'),
          validation_errors: { display_name: { _errors: [expect.any(String)] } },
        },
      });
    }
  });

  test('a search for SQL and its wildcards finds what is written so', async () => {
    const names = ["Robert'); DROP TABLE acs_users;--", '100% cotton', 'under_score', 'back\\slash'];
    for (const full_name of names) await desk.raw.post(CREATE, { acs_system_id: desk.systemId, full_name });
    for (const search of ["'); DROP", '0% c', 'r_s', 'k\\s']) {
      const found = await desk.seam.acs.users.list({ search });
      expect(found.map((user) => user.full_name)).toEqual(names.filter((name) => name.includes(search)));
    }
  });
});

describe('a path', () => {
  test.each(['/acs', '/acs/users', '/acs/users/create/', '/ACS/users/create', '/health/..', '/live', '/%00'])(
    '%s is not found, and that is said in JSON',
    async (path) => {
      expect(await desk.raw.request('GET', path)).toMatchObject(refusal(404, 'not_found'));
    },
  );

  test.each(['/%', '/%zz', '/acs/users/get%', '/%E0%A4%A'])('%s cannot be read', async (path) => {
    const answer = await desk.raw.request('GET', path);
    expect(answer).toMatchObject({
      body: { error: { type: expect.stringMatching(/bad_request|not_found/) } },
    });
  });

  test('may be as long as headers may be, and is not found', async () => {
    expect(await desk.raw.request('GET', `/${'x'.repeat(10_000)}`)).toMatchObject({ status: 404 });
  });

  test.each(['HEAD', 'OPTIONS', 'TRACE'])('%s is no method of an operation', async (method) => {
    expect((await desk.raw.request(method, CREATE)).status).toBe(405);
  });

  test.each(['PROPFIND', 'QUERY'])('%s is no method of anything here', async (method) => {
    const { status } = await desk.raw.request(method, CREATE);
    expect([400, 404, 405]).toContain(status);
  });
});

test('every answer has a request id, and no error tells of the inside', async () => {
  for (const [method, path] of [
    ['GET', '/nowhere'],
    ['PUT', CREATE],
    ['POST', CREATE],
    ['GET', '/workspaces/get'],
  ] as const) {
    const { headers, body } = await desk.raw.request(method, path);
    expect(headers['seam-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    if (Object(body).ok === false) expect(Object(body).error.request_id).toBe(headers['seam-request-id']);
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts|at .*:\d+:\d+|SQLITE/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers).not.toHaveProperty('x-powered-by');
  }
});
