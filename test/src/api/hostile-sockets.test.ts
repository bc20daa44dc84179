import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';
import { Desk } from '../../stories/desk.ts';
import { HandClock } from '../../stories/hand-clock.ts';
import { LiveClient } from '../../stories/live-client.ts';

afterEach(() => vi.useRealTimers());

/** A connection that closes nothing by itself: not even its half once the daemon has closed the other. `atEnd`: of the test, where it is one of several at once. */
async function openHalf(port: number, bytes: string, atEnd = onTestFinished): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  atEnd(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** What a client sends to get a WebSocket. */
function upgrade(port: number, origin?: string): string {
  const head = [
    'GET /live HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  return `${head.join('\r\n')}\r\n\r\n`;
}

/** Resolves with all that the daemon says, once it has closed its half. */
async function everythingOn(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString();
}

/** Resolves with the first line of what the daemon answers, once it has closed its half. */
async function refusalOn(socket: Socket): Promise<string | undefined> {
  return (await everythingOn(socket)).split('\r\n')[0];
}

test('a client that asks and does not read is dropped before its answers fill the memory', async () => {
  await using desk = await Desk.open();
  await using live = await LiveClient.connect(desk.url);
  live.send({ type: 'authenticate', token: desk.token });
  await live.next('authenticated', () => true);
  live.socket.pause();
  // The refusal repeats the path, so that each answer is as long as its request.
  const frame = JSON.stringify({ type: 'request', id: '1', path: '/'.repeat(60_000) });
  let sentBytes = 0;
  const send = () =>
    new Promise<boolean>((resolve) => live.socket.send(frame, (error) => resolve(error == null)));
  // 4 MiB wait in the daemon; the rest is what the system's own buffers take.
  while (sentBytes < 64 * 1024 * 1024 && (await send())) sentBytes += frame.length;
  expect(sentBytes).toBeGreaterThan(4 * 1024 * 1024);
  expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
  live.socket.resume();
  await live.closed;
  expect(await desk.raw.request('GET', '/health')).toMatchObject({ status: 200 });
  expect(desk.errorLines).toEqual([]);
});

test('a socket that nobody knows, and that does not answer when it is closed, is gone a second later', async () => {
  await using desk = await Desk.open();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const socket = await openHalf(desk.port, upgrade(desk.port));
  const said = async () => String((await once(socket, 'data'))[0]);
  expect(await said()).toMatch(/^HTTP\/1\.1 101 /);
  const isGone = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => true);
  const closing = said();
  vi.advanceTimersByTime(3000);
  expect(await closing).toContain('within 3 s');
  vi.advanceTimersByTime(1000);
  expect(await isGone).toBe(true);
});

describe('a refused upgrade whose client never closes its half', () => {
  const CROWD = 20;
  const open = async (desk: Desk) => {
    const socket = await openHalf(desk.port, upgrade(desk.port, 'https://evil.example'));
    expect(await refusalOn(socket)).toBe('HTTP/1.1 403 Forbidden');
  };

  test('is gone within 2 seconds, and leaves its place to others', async () => {
    await using desk = await Desk.open({ config: { limits: { connections: CROWD } } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // The connections of the client that opened the desk may still be closing.
    const isServed = () =>
      desk.raw.request('GET', '/health').then(
        ({ status }) => status === 200,
        () => false,
      );
    await Promise.all(Array.from({ length: CROWD / 2 }, () => open(desk)));
    await Promise.all(Array.from({ length: CROWD / 2 }, () => open(desk).catch(() => undefined)));
    expect(await isServed()).toBe(false);
    vi.advanceTimersByTime(2000);
    await expect.poll(isServed).toBe(true);
  });

  test('does not keep the daemon from stopping', PROMISE_OF_TIME, async () => {
    await using desk = await Desk.open();
    await open(desk);
    const began = performance.now();
    await desk.stop();
    expect(performance.now() - began).toBeLessThan(2500);
    expect(desk.errorLines).toEqual([]);
  });
});

describe('a client that does wrong at the moment when the daemon says goodbye', () => {
  /** The first byte of a close frame from the daemon (RFC 6455, section 5.2: FIN, opcode 8). */
  const GOODBYE = 0x88;

  test.each<[string, (socket: Socket) => void]>([
    ['sends a frame with reserved bits', (socket) => socket.write(Buffer.of(0xff, 0x80, 0, 0, 0, 0))],
    ['sends a frame without a mask', (socket) => socket.write(Buffer.of(0x81, 0x01, 0x78))],
    [
      'sends a frame of 70,000 bytes',
      (socket) => socket.write(Buffer.of(0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0, 0, 0, 0)),
    ],
    ['says nothing', () => {}],
  ])('and %s does not keep it from stopping', PROMISE_OF_TIME, async (_, misbehave) => {
    await using desk = await Desk.open();
    const socket = await openHalf(desk.port, upgrade(desk.port));
    const [answer] = await once(socket, 'data');
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
    const wasToldGoodbye = new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        if (data[0] !== GOODBYE) return;
        misbehave(socket);
        resolve();
      });
    });
    const began = performance.now();
    await desk.stop();
    await wasToldGoodbye;
    expect(performance.now() - began).toBeLessThan(2500);
    expect(desk.errorLines).toEqual([]);
  });
});

describe('what a socket asks is counted', () => {
  const limits = { requests_per_second: 1, request_burst: 5 };

  /** A socket of a key that has asked nothing yet. */
  async function quietSocket(desk: Desk): Promise<LiveClient> {
    const live = await LiveClient.connect(desk.url);
    live.send({ type: 'authenticate', token: desk.createKey('busy') });
    await live.next('authenticated', () => true);
    return live;
  }

  test.each(['/health', '/v1/hello', '/workspaces/get'])(
    'also %s, and refused when it is too much',
    async (path) => {
      const clock = new HandClock();
      await using desk = await Desk.open({ clock, config: { limits } });
      await using live = await quietSocket(desk);
      for (let n = 0; n < 4; n += 1) expect(await live.ask(path, {})).toMatchObject({ ok: true });
      const refused = { ok: false, error: { type: 'too_many_requests' } };
      expect(await live.ask(path, {})).toMatchObject(refused);
      clock.pass(1000);
      expect(await live.ask(path, {})).toMatchObject({ ok: true });
      expect(await live.ask(path, {})).toMatchObject(refused);
    },
  );

  test('and one that subscribes too often is closed with 4429', async () => {
    await using desk = await Desk.open({ clock: new HandClock(), config: { limits } });
    await using live = await quietSocket(desk);
    for (let n = 0; n < 6; n += 1) live.send({ type: 'subscribe', after: 0 });
    expect(await live.closed).toMatchObject({ code: 4429 });
    expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'too_many_requests' } });
  });

  test('and one that authenticates again is closed with 4400', async () => {
    await using desk = await Desk.open();
    await using live = await desk.live();
    live.send({ type: 'authenticate', token: desk.token });
    expect(await live.closed).toMatchObject({ code: 4400 });
    expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'invalid_input' } });
  });
});

// Each waits for what the daemon allows by the real clock, at a desk of its own.
describe.concurrent('a connection', () => {
  test(
    'that never finishes the head of its request is dropped after 5 seconds',
    PROMISE_OF_TIME,
    async ({ onTestFinished: atEnd, expect }) => {
      await using desk = await Desk.open();
      const began = performance.now();
      const halves = ['GET /hea', 'GET /health HTTP/1.1\r\n', 'GET /health HTTP/1.1\r\nHost: 127.0'];
      const ended = halves.map(async (half) => refusalOn(await openHalf(desk.port, half, atEnd)));
      expect(await Promise.all(ended)).toEqual(halves.map(() => 'HTTP/1.1 408 Request Timeout'));
      const tookMs = performance.now() - began;
      expect(tookMs).toBeGreaterThan(4000);
      expect(tookMs).toBeLessThan(9000);
    },
  );

  test('on which nothing was asked is closed without a word', async ({ onTestFinished: atEnd, expect }) => {
    await using desk = await Desk.open();
    const spare = await openHalf(desk.port, '', atEnd);
    expect(await everythingOn(spare)).toBe('');
  });

  test('whose request was answered is told of half a second one, and of nothing else', async ({
    onTestFinished: atEnd,
    expect,
  }) => {
    await using desk = await Desk.open();
    const whole = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\n\r\n`;
    const half = everythingOn(await openHalf(desk.port, `${whole}GET /hea`, atEnd));
    const idle = await openHalf(desk.port, whole, atEnd);
    const said: string[] = [];
    idle.on('data', (chunk) => said.push(String(chunk)));
    expect((await half).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408']);
    expect(said.join('').match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(idle.readableEnded).toBe(false);
  });
});
