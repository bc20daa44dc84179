import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { BackendError } from '../../../src/sync/backend-error.ts';
import { BridgeRefusal, BridgeTransport } from '../../../src/sync/bridge-transport.ts';
import { FakeClock } from '../../fake-clock.ts';
import { FAULTS, type Fault } from '../../network/fault.ts';
import { FaultProxy } from '../../network/fault-proxy.ts';
import { Desk } from '../../stories/desk.ts';

const KEY = 'seam_local_do_not_tell';
const { signal } = new AbortController();
const clock = new FakeClock();

let server: Desk;
let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await FaultProxy.open(null);
  server = await Desk.open({ config: { allowed_hosts: [`127.0.0.1:${proxy.port}`] } });
  proxy.target = server.url;
});
afterEach(() => proxy.set(null));
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  const { errorLines } = server;
  await server[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

const transport = (more: { readonly endpoint?: string; readonly answerWithinMs?: number } = {}) =>
  new BridgeTransport({
    ...{ endpoint: proxy.url, apiKey: () => KEY, clock, userAgent: 'encoderd/test' },
    ...more,
  });

const hello = z.object({ product: z.literal('encoderd') });

/** What asking for /v1/hello comes to, by default with the key. */
async function failure(using_: BridgeTransport = transport(), shape: z.ZodType = hello): Promise<Error> {
  using asking = using_;
  const error: unknown = await asking.post('/v1/hello', '{"name":"Jane Doe"}', shape, signal).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  const said = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n');
  expect(said).not.toContain(KEY);
  expect(said).not.toContain('Jane Doe');
  return error;
}

const shown = (error: Error) =>
  error instanceof BackendError ? [error.trouble, error.retryAfterMs] : [error.name, error.message];

const answered = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
  ...{ kind: 'answered', status, isActedOn: false, body },
  headers: { 'content-type': 'application/json', ...headers },
});

const refusal = (type: string, data?: object) =>
  JSON.stringify({
    error: { type, message: 'Its words.', request_id: 'x', ...(data && { data }) },
    ok: false,
  });

test('an answer comes back in its shape, over one connection that is kept', async () => {
  using asking = transport();
  for (const _ of ['once', 'again']) {
    expect(await asking.post('/v1/hello', '{}', hello, signal)).toEqual({ product: 'encoderd' });
  }
});

test.each<[string, Fault, readonly unknown[]]>([
  ['a closed port', FAULTS.refused, ['unreachable', null]],
  ['a reset before the request', FAULTS.reset_before, ['unreachable', null]],
  ['a reset after the request', FAULTS.reset_after, ['unreachable', null]],
  ['an answer that is cut off', FAULTS.cut_answer, ['unreachable', null]],
  ['429 with seconds', FAULTS.busy, ['busy', 1000]],
  [
    '429 with seconds in the envelope',
    answered(429, refusal('x', { retry_after_seconds: 7 })),
    ['busy', 7000],
  ],
  ['429 that says nothing', answered(429, ''), ['busy', null]],
  [
    '503 with a date',
    answered(503, '', { 'retry-after': new Date(clock.now() + 90_000).toUTCString() }),
    ['busy', 90_000],
  ],
  [
    '503 with a date that is past',
    answered(503, '', { 'retry-after': new Date(clock.now() - 90_000).toUTCString() }),
    ['busy', 0],
  ],
  ['503 without a time', answered(503, ''), ['failing', null]],
  ['500', FAULTS.failing, ['failing', null]],
  ['502 with HTML', FAULTS.bad_gateway, ['failing', null]],
  ['JSON that breaks off', FAULTS.wrong_json, ['failing', null]],
  ['200 with HTML', answered(200, '<html></html>', { 'content-type': 'text/html' }), ['failing', null]],
  ['200 of another shape', answered(200, '{"product":"toaster"}'), ['failing', null]],
  ['an empty 204', answered(204, ''), ['failing', null]],
  ['a redirection', answered(302, '', { location: 'https://elsewhere.example/' }), ['failing', null]],
  ['401', answered(401, refusal('unauthorized')), ['unauthorized', null]],
  ['403 of a proxy', answered(403, '<html></html>'), ['unauthorized', null]],
  ['403', answered(403, refusal('missing_scope')), ['unauthorized', null]],
  ['404 of something else', answered(404, '<html></html>'), ['failing', null]],
  ['404 of an older encoderd', answered(404, refusal('not_found')), ['failing', null]],
  ['400 without an envelope', answered(400, 'no'), ['failing', null]],
  ['421', answered(421, refusal('misdirected_request')), ['failing', null]],
  ['TLS instead of HTTP', FAULTS.tls_garbage, ['failing', null]],
  ['a refusal', answered(400, refusal('invalid_input')), ['BridgeRefusal', 'Its words.']],
  ['a forgotten pairing', answered(404, refusal('pairing_not_found')), ['BridgeRefusal', 'Its words.']],
  [
    'a body that a proxy finds too large',
    answered(413, '<html></html>'),
    ['BridgeRefusal', expect.any(String)],
  ],
])('%s', async (_, fault, wanted) => {
  await proxy.set(fault);
  expect(shown(await failure())).toEqual(wanted);
  await proxy.set(null);
  using asking = transport();
  expect(await asking.post('/v1/hello', '{}', hello, signal)).toEqual({ product: 'encoderd' });
});

test('a key that is not taken brings advice for a desk, not the server’s for apps', async () => {
  for (const status of [401, 403]) {
    await proxy.set(answered(status, refusal('unauthorized')));
    const { message } = await failure();
    expect(message).toContain(`${proxy.url} does not take this desk's key: the desk was removed there`);
    expect(message).toContain('encoderctl desks new-key NAME');
    expect(message).toContain(`encoderctl pair ${proxy.url}`);
    expect(message).not.toContain('Its words.');
  }
});

test('nothing is tried twice', async () => {
  proxy.next(1, { kind: 'reset', when: 'before' });
  expect(shown(await failure())).toEqual(['unreachable', null]);
  proxy.next(1, { kind: 'answered', status: 502, headers: {}, body: '', isActedOn: false });
  expect(shown(await failure())).toEqual(['failing', null]);
});

test('a server that never answers, or dribbles, is given up', async () => {
  const half = { kind: 'half_open', isActedOn: false, breaksAfterMs: null } as const;
  const slow = { kind: 'slow', pieces: 1000, pauseMs: 20 } as const;
  for (const fault of [half, slow]) {
    await proxy.set(fault);
    const error = await failure(transport({ answerWithinMs: 150 }), z.unknown());
    expect(shown(error)).toEqual(['unreachable', null]);
    expect(error.message).toContain('no whole answer came in time');
    await proxy.set(null);
  }
});

test('a server that speaks no TLS, and a name that nobody has, are unreachable', async () => {
  const plain = await failure(transport({ endpoint: proxy.url.replace('http:', 'https:') }));
  expect([shown(plain)[0], plain.message]).toEqual(['unreachable', expect.stringContaining('speaks no TLS')]);
});

test('a server that is reached by a name that it does not know says how to put that right', async () => {
  const name = `localhost:${proxy.port}`;
  const error = await failure(transport({ endpoint: `http://${name}` }));
  expect([shown(error)[0], error.message]).toEqual([
    'failing',
    expect.stringContaining(`Add "${name}" to allowed_hosts`),
  ]);
});

test('the address may have a path', async () => {
  using asking = transport({ endpoint: `${proxy.url}/v1` });
  expect(await asking.post('/hello', '{}', hello, signal)).toEqual({ product: 'encoderd' });
});

test('a refusal has the type by which it can be told apart', async () => {
  await proxy.set(answered(409, refusal('history_differs')));
  const error = await failure();
  expect(error instanceof BridgeRefusal ? error.type : error).toBe('history_differs');
});
