import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FAULTS, type FaultName } from './fault.ts';
import { FaultProxy } from './fault-proxy.ts';
import { KillableProxy } from './killable-proxy.ts';

/** A server that says what it was asked, and remembers it. */
async function openEcho() {
  const got: string[] = [];
  const server = createServer(async (asked, answer) => {
    const body = await text(asked);
    got.push(`${asked.method} ${asked.url} ${body}`);
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ body, host: asked.headers.host, key: asked.headers.authorization }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { got, url: `http://127.0.0.1:${address.port}` };
}

const onlyOne = () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
};

interface Said {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One request over a connection that is kept. */
async function post(url: string, body: string, agent = onlyOne(), path = '/path?a=1'): Promise<Said> {
  const asked = request(new URL(path, url), {
    method: 'POST',
    agent,
    headers: { authorization: 'Bearer key', 'content-length': Buffer.byteLength(body) },
  });
  // Of an answer that breaks off, both the request and the answer tell.
  asked.on('error', () => {});
  asked.end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new Error('no answer');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: (await buffer(response)).toString(),
  };
}

const echoed = z.object({ body: z.string(), host: z.string(), key: z.string() });

async function openBoth() {
  const echo = await openEcho();
  const proxy = await FaultProxy.open(echo.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { echo, proxy };
}

test('requests pass as they are, many on one connection', async () => {
  const { echo, proxy } = await openBoth();
  const agent = onlyOne();
  for (const body of ['one', '', 'x'.repeat(300_000)]) {
    const said = await post(proxy.url, body, agent);
    expect(said.status).toBe(200);
    expect(echoed.parse(JSON.parse(said.body))).toEqual({
      body,
      host: `127.0.0.1:${proxy.port}`,
      key: 'Bearer key',
    });
  }
  expect(echo.got).toHaveLength(3);
  expect(echo.got[0]).toBe('POST /path?a=1 one');
  expect(proxy.passed).toBe(3);
});

/** What each fault is to the client, and whether the server got the request. */
const EFFECTS: readonly (readonly [FaultName, string | number, boolean])[] = [
  ['refused', 'ECONNREFUSED', false],
  ['reset_before', 'ECONNRESET', false],
  ['reset_after', 'ECONNRESET', true],
  ['cut_answer', 'ECONNRESET', true],
  ['busy', 429, false],
  ['failing', 500, false],
  ['bad_gateway', 502, true],
  ['wrong_json', 200, true],
  ['slow', 200, true],
  ['stalled', 'ECONNRESET', true],
  ['tls_garbage', 'HPE_INVALID_CONSTANT', false],
];

test.each(EFFECTS)('%s: the client sees %s; the server got it: %s', async (name, effect, isActedOn) => {
  const { echo, proxy } = await openBoth();
  await proxy.set(FAULTS[name]);
  const said = post(proxy.url, 'hello');
  if (typeof effect === 'string') await expect(said).rejects.toMatchObject({ code: effect });
  else expect(await said).toMatchObject({ status: effect });
  expect(echo.got).toHaveLength(isActedOn ? 1 : 0);
  await proxy.set(null);
  expect(await post(proxy.url, 'again')).toMatchObject({ status: 200 });
  expect(echo.got.at(-1)).toContain('again');
});

test('an answer breaks off in the middle, or none begins', async () => {
  const { proxy } = await openBoth();
  proxy.next(1, FAULTS.cut_answer);
  await expect(post(proxy.url, 'hello')).rejects.toMatchObject({ message: 'aborted' });
  proxy.next(1, FAULTS.reset_after);
  await expect(post(proxy.url, 'hello')).rejects.not.toMatchObject({ message: 'aborted' });
});

test('429 says how long to wait, 502 is HTML, wrong JSON is none', async () => {
  const { proxy } = await openBoth();
  proxy.next(1, FAULTS.busy);
  expect((await post(proxy.url, '')).headers['retry-after']).toBe('1');
  proxy.next(1, FAULTS.bad_gateway);
  expect((await post(proxy.url, '')).body).toContain('<html>');
  proxy.next(1, FAULTS.wrong_json);
  const { body } = await post(proxy.url, '');
  expect(() => JSON.parse(body)).toThrow();
});

test('a slow answer is whole in the end, and comes in pieces', async () => {
  const { proxy } = await openBoth();
  await proxy.set({ kind: 'slow', pieces: 7, pauseMs: 1 });
  const asked = request(proxy.url, { method: 'POST', agent: onlyOne(), headers: { authorization: 'k' } });
  asked.end('y'.repeat(1000));
  const [response]: IncomingMessage[] = await once(asked, 'response');
  const pieces: Buffer[] = [];
  response?.on('data', (piece: Buffer) => pieces.push(piece));
  await once(response ?? asked, 'end');
  expect(pieces.length).toBeGreaterThan(3);
  expect(echoed.parse(JSON.parse(Buffer.concat(pieces).toString())).body).toHaveLength(1000);
});

test('a half-open connection answers nothing until the client gives up, and the server has acted', async () => {
  const { echo, proxy } = await openBoth();
  await proxy.set(FAULTS.half_open);
  const asked = request(proxy.url, { method: 'POST', agent: onlyOne() });
  let isAnswered = false;
  asked.on('response', () => {
    isAnswered = true;
  });
  const failed = once(asked, 'close').catch((error: unknown) => error);
  asked.on('error', () => {});
  asked.end('hello');
  await expect.poll(() => proxy.passed, { interval: 5 }).toBe(1);
  asked.destroy();
  await failed;
  expect(isAnswered).toBe(false);
  expect(echo.got).toHaveLength(1);
});

test('a half-open connection is reset once the network is well again', async () => {
  const { proxy } = await openBoth();
  await proxy.set(FAULTS.half_open);
  const said = post(proxy.url, 'hello').catch((error: unknown) => error);
  await expect.poll(() => proxy.passed, { interval: 5 }).toBe(1);
  await proxy.set(null);
  expect(await said).toMatchObject({ code: 'ECONNRESET' });
});

test('faults are counted out, for the paths that they are meant for, also on a connection that is kept', async () => {
  const { proxy } = await openBoth();
  const agent = onlyOne();
  proxy.next(2, FAULTS.failing, '/report');
  const statuses: (number | undefined)[] = [];
  for (const path of ['/hello', '/report', '/hello', '/report', '/report']) {
    statuses.push((await post(proxy.url, '', agent, path)).status);
  }
  expect(statuses).toEqual([200, 500, 200, 500, 200]);
  expect(Object.fromEntries(proxy.met)).toEqual({ answered: 2 });
});

test('the same seed draws the same faults', async () => {
  const { proxy } = await openBoth();
  const run = async () => {
    proxy.mix({ names: ['failing', 'busy', 'bad_gateway'], share: 0.5, seed: 7 });
    const statuses: (number | undefined)[] = [];
    for (let at = 0; at < 20; at += 1) statuses.push((await post(proxy.url, '')).status);
    return statuses;
  };
  const first = await run();
  expect(await run()).toEqual(first);
  expect(new Set(first)).toEqual(new Set([200, 500, 429, 502]));
});

test('a server that is gone is a connection that is reset', async () => {
  const { proxy } = await openBoth();
  proxy.target = null;
  await expect(post(proxy.url, '')).rejects.toMatchObject({ code: 'ECONNRESET' });
  proxy.target = 'http://127.0.0.1:9';
  await expect(post(proxy.url, '')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('as a process it can be killed, and comes back on its port', async () => {
  const echo = await openEcho();
  await using proxy = await KillableProxy.open(echo.url);
  expect(await post(proxy.url, 'one')).toMatchObject({ status: 200 });
  await proxy.next(1, 'reset_after', '/path');
  await expect(post(proxy.url, 'two')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await proxy.kill();
  await expect(post(proxy.url, 'three')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.restart();
  expect(await post(proxy.url, 'four')).toMatchObject({ status: 200 });
  expect(echo.got).toHaveLength(3);
});
