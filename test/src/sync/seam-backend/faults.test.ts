import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { BackendError } from '../../../../src/sync/backend-error.ts';
import { type SeamBackendOptions, seamBackend } from '../../../../src/sync/seam-backend/seam-backend.ts';
import { ANSWER_WITHIN_MS } from '../../../../src/sync/seam-backend/transport.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { freePort } from './free-port.ts';
import { deliver, message, NEVER, newUser, scannedCard } from './seam-bed.ts';
import { UnkindProxy } from './unkind-proxy.ts';

const KEY = 'seam_verysecret123';

interface Fault {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = { 'content-type': 'application/json' };
const refusal = (type: string, words = 'No.') =>
  JSON.stringify({ error: { type, message: words, request_id: 'r1' }, ok: false });

/** A backend that answers its only access system, and one path as a test says. */
async function openBackend(path: string, options: Partial<SeamBackendOptions> = {}) {
  // Nobody listens there: every path that is asked must be treated.
  const proxy = await UnkindProxy.open('http://127.0.0.1:9');
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const backend = seamBackend({
    endpoint: proxy.url,
    apiKey: () => KEY,
    clock: systemClock,
    userAgent: 'encoderd/test',
    ...options,
  });
  const answerSystems = () =>
    proxy.answerOnce('/acs/systems/list', () => ({ acs_systems: [{ acs_system_id: 's1' }], ok: true }));
  return {
    backend,
    proxy,
    answerWith: (fault: Fault) => {
      answerSystems();
      proxy.treat(path, (response: ServerResponse) => {
        response.writeHead(fault.status, fault.headers ?? json).end(fault.body ?? '');
      });
    },
    treat: (...parts: Parameters<UnkindProxy['treat']>) => {
      answerSystems();
      proxy.treat(...parts);
    },
  };
}

async function troubleOf(work: Promise<unknown>): Promise<BackendError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof BackendError) return error;
  throw new Error(`It is no trouble with a backend: ${inspect(error)}`);
}

const CREATE = '/acs/users/create';

describe('a backend that answers', () => {
  test.each<[string, Fault, string, number | null]>([
    ['429', { status: 429 }, 'busy', null],
    ['429 with seconds', { status: 429, headers: { 'retry-after': '7' } }, 'busy', 7000],
    ['503 with seconds', { status: 503, headers: { 'retry-after': '120' } }, 'busy', 120_000],
    ['503', { status: 503 }, 'failing', null],
    ['500', { status: 500, body: refusal('internal_server_error') }, 'failing', null],
    [
      '502 with HTML',
      { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
      'failing',
      null,
    ],
    ['401', { status: 401, body: refusal('unauthorized') }, 'unauthorized', null],
    ['401 without words', { status: 401 }, 'unauthorized', null],
    ['403', { status: 403, body: refusal('missing_scope') }, 'unauthorized', null],
    ['a redirect', { status: 301, headers: { location: 'https://elsewhere.example/' } }, 'failing', null],
    ['404 without words', { status: 404, body: '404' }, 'failing', null],
    [
      '400 with HTML',
      { status: 400, body: '<p>', headers: { 'content-type': 'text/html' } },
      'failing',
      null,
    ],
    [
      '200 with HTML',
      { status: 200, body: '<p>Log in', headers: { 'content-type': 'text/html' } },
      'failing',
      null,
    ],
    ['200 with half of its JSON', { status: 200, body: '{"acs_user": {"acs_' }, 'failing', null],
    ['200 with nothing', { status: 200 }, 'failing', null],
    ['204', { status: 204 }, 'failing', null],
    ['200 with something else', { status: 200, body: '{"ok":true,"device":{}}' }, 'failing', null],
    ['200 with a list', { status: 200, body: '[]' }, 'failing', null],
    ['200 that says no', { status: 200, body: '{"ok":false}' }, 'failing', null],
    ['200 without an id', { status: 200, body: '{"ok":true,"acs_user":{}}' }, 'failing', null],
  ])('%s is trouble, asked once', async (_, fault, trouble, retryAfterMs) => {
    const { backend, proxy, answerWith } = await openBackend(CREATE);
    answerWith(fault);
    const error = await troubleOf(deliver(backend, message(newUser('Ada'))));
    expect(error).toMatchObject({ trouble, retryAfterMs });
    expect(proxy.count(CREATE)).toBe(1);
  });

  test('200 with HTML to something that has no answer to it is trouble, not a yes', async () => {
    const { backend, answerWith } = await openBackend('/acs/users/delete');
    answerWith({ status: 200, body: '<p>Log in' });
    const gone = { ...newUser('Ada'), action: 'deleted', fields: {} } as const;
    expect(await troubleOf(deliver(backend, message(gone)))).toMatchObject({ trouble: 'failing' });
  });

  test('503 with a date is left alone until then, by its own clock', async () => {
    const { backend, answerWith } = await openBackend(CREATE);
    const headers = { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' };
    answerWith({ status: 503, headers });
    const error = await troubleOf(deliver(backend, message(newUser('Ada'))));
    expect(error).toMatchObject({ trouble: 'busy', retryAfterMs: 30_000 });
  });

  test('429 to a GET is not asked again either', async () => {
    const { backend, proxy, answerWith } = await openBackend('/acs/users/list');
    answerWith({ status: 429 });
    proxy.answerOnce('/acs/access_groups/list', () => ({ acs_access_groups: [], ok: true }));
    const walk = backend.walk(JSON.stringify({ kind: 'acs_user', cursor: null }), NEVER);
    expect(await troubleOf(walk)).toMatchObject({ trouble: 'busy' });
    expect(proxy.count('/acs/users/list')).toBe(1);
  });

  test.each<[number, string, string]>([
    [400, 'invalid_input', 'refused_by_backend'],
    [404, 'acs_user_not_found', 'deleted_above'],
    [404, 'user_identity_not_found', 'reference_missing'],
    [409, 'duplicate_user_identity', 'taken_above'],
    [422, 'some_new_rule', 'refused_by_backend'],
  ])('%i %s in Seam’s words refuses', async (status, type, code) => {
    const { backend, answerWith } = await openBackend(CREATE);
    answerWith({ status, body: refusal(type, 'That does not go.') });
    const verdict = await deliver(backend, message(newUser('Ada')));
    expect(verdict).toMatchObject({ verdict: 'refused', refusal: { code } });
    if (code !== 'deleted_above') {
      expect(verdict).toMatchObject({ refusal: { message: 'The backend says: That does not go.' } });
    }
  });

  test('that its access system is gone is in trouble, and refuses nothing', async () => {
    const { backend, answerWith } = await openBackend(CREATE);
    answerWith({ status: 404, body: refusal('acs_system_not_found') });
    expect(await troubleOf(deliver(backend, message(newUser('Ada'))))).toMatchObject({ trouble: 'failing' });
  });
});

describe('a backend that does not answer', () => {
  test('as the connection is reset cannot be reached', async () => {
    const { backend, treat, proxy } = await openBackend(CREATE);
    treat(CREATE, 'reset_before');
    expect(await troubleOf(deliver(backend, message(newUser('Ada'))))).toMatchObject({
      trouble: 'unreachable',
    });
    expect(proxy.count(CREATE)).toBe(1);
  });

  test('as nobody listens cannot be reached, and the message names the place', async () => {
    const port = await freePort();
    const backend = seamBackend({
      ...{ endpoint: `http://user:pass@127.0.0.1:${port}`, apiKey: () => KEY },
      ...{ clock: systemClock, userAgent: 'encoderd/test' },
    });
    const error = await troubleOf(backend.hello(NEVER));
    expect(error.trouble).toBe('unreachable');
    expect(error.message).toBe(
      `The backend at http://127.0.0.1:${port} could not be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
    expect(error.message).not.toContain('pass');
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['never', () => {}],
    [
      'with half of its answer and no more',
      (response) => {
        response.writeHead(200, json).write('{"acs_user"');
      },
    ],
  ])('within 30 seconds (%s) cannot be reached', async (_, treatment) => {
    const clock = new FakeClock();
    const { backend, proxy, treat } = await openBackend(CREATE, { clock });
    treat(CREATE, treatment);
    const told = troubleOf(deliver(backend, message(newUser('Ada'))));
    await expect.poll(() => proxy.count(CREATE)).toBe(1);
    clock.advance(ANSWER_WITHIN_MS);
    const error = await told;
    expect(error).toMatchObject({
      trouble: 'unreachable',
      message: `The backend at ${proxy.url} did not answer within 30 s.`,
    });
    expect(clock.sleepers).toBe(0);
  });

  test('any more, once it has, is waited for no longer', async () => {
    const clock = new FakeClock();
    const { backend, treat } = await openBackend(CREATE, { clock });
    let isOpen = true;
    treat(CREATE, (response) => {
      response.on('close', () => {
        isOpen = false;
      });
      response.writeHead(500).write('never ends');
    });
    expect(await troubleOf(deliver(backend, message(newUser('Ada'))))).toMatchObject({ trouble: 'failing' });
    expect(clock.sleepers).toBe(0);
    await expect.poll(() => isOpen).toBe(false);
  });

  test('before the desk stops is given up with the reason of the stop', async () => {
    const { backend, proxy, treat } = await openBackend(CREATE);
    treat(CREATE, () => {});
    const stop = new AbortController();
    const told = backend.deliver([message(newUser('Ada'))], stop.signal);
    const outcome = told.then(
      () => null,
      (error: unknown) => error,
    );
    await expect.poll(() => proxy.count(CREATE)).toBe(1);
    const reason = new Error('stopping');
    stop.abort(reason);
    expect(await outcome).toBe(reason);
  });

  test.each([
    ['http', 'with what is no HTTP'],
    ['https', 'with what is no TLS'],
  ])('over %s in words of its own (%s) cannot be reached', async (scheme) => {
    const port = await garbageServer();
    const backend = seamBackend({
      ...{ endpoint: `${scheme}://127.0.0.1:${port}`, apiKey: () => KEY },
      ...{ clock: systemClock, userAgent: 'encoderd/test' },
    });
    expect(await troubleOf(backend.hello(NEVER))).toMatchObject({ trouble: 'unreachable' });
  });
});

describe('a key', () => {
  test.each(['', 'sk_live', 'seam_at123', 'Bearer seam_x'])(
    'that is none of Seam’s (%j) does not count',
    async (key) => {
      const { backend } = await openBackend(CREATE, { apiKey: () => key });
      const error = await troubleOf(backend.hello(NEVER));
      expect(error.trouble).toBe('unauthorized');
      expect(inspect(error, { depth: 10 })).not.toContain(key === '' ? KEY : `${key}'`);
    },
  );

  test('is asked for each time, as it may be another by now', async () => {
    let key = KEY;
    const { backend, answerWith, proxy } = await openBackend(CREATE, { apiKey: () => key });
    answerWith({ status: 401 });
    await troubleOf(deliver(backend, message(newUser('Ada'))));
    key = 'seam_another';
    answerWith({ status: 200, body: '{"ok":true,"acs_user":{"acs_user_id":"u1"}}' });
    await deliver(backend, message(newUser('Ada')));
    expect(proxy.keys.at(-1)).toBe('Bearer seam_another');
  });

  test('and what was sent are in no error', async () => {
    const { backend, answerWith, treat } = await openBackend(CREATE);
    const errors: unknown[] = [];
    for (const status of [200, 301, 400, 401, 403, 404, 429, 500, 503]) {
      answerWith({ status, body: '{' });
      errors.push(await troubleOf(deliver(backend, message(newUser('Hidden Guest')))));
    }
    treat(CREATE, 'reset_before');
    errors.push(await troubleOf(deliver(backend, message(newUser('Hidden Guest')))));
    const seen = inspect(errors, { depth: 20, showHidden: true });
    expect(seen).not.toContain('verysecret');
    expect(seen).not.toContain('Hidden');
  });
});

test('a card that another desk makes at the same moment is looked for again', async () => {
  const { backend, proxy, treat } = await openBackend('/acs/credentials/create');
  const card = {
    acs_credential_id: 'c1',
    access_method: 'card',
    code: '4711',
    acs_user_id: 'u1',
    created_at: '2030-01-01',
  };
  const empty = { acs_credentials: [], pagination: { next_page_cursor: null }, ok: true };
  treat('/acs/credentials/list', (response) => {
    response.writeHead(200, json).end(JSON.stringify(empty));
    proxy.answerOnce('/acs/credentials/list', () => ({ ...empty, acs_credentials: [card] }));
  });
  treat('/acs/credentials/create', (response) => {
    response.writeHead(409, json).end(refusal('duplicate_code'));
  });
  const verdict = await deliver(backend, message(scannedCard('4711', 'u1')));
  expect(verdict).toEqual({ verdict: 'same_as', backendId: 'c1' });
});

/** A server that answers everything with bytes that mean nothing. */
async function garbageServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.end('\u0000\u0001 not this\r\n\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address.port;
}
