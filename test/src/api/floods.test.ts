import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { clientFrame, closeOf, flood, OPCODE, openRawLive } from '../../benches/crowd/raw-live.ts';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';

const limits = { requests_per_second: 1, request_burst: 5 };

/** A socket of an app of its own. */
async function openSocket(desk: Desk, name: string): Promise<LiveClient> {
  const live = await LiveClient.connect(desk.url);
  live.send({ type: 'authenticate', token: desk.createKey(name) });
  await live.next('authenticated', () => true);
  return live;
}

test('a socket that goes on asking although it is refused is closed with 4429', async () => {
  await using desk = await Desk.open({ config: { limits } });
  await using live = await openSocket(desk, 'flooder');
  for (let n = 0; n < 300; n += 1) {
    live.send({ type: 'request', id: `${n}`, path: '/acs/encoders/list', params: {} });
  }
  expect(await live.closed).toMatchObject({ code: 4429 });
  const refused = live.frames.filter((frame) => frame.type === 'response' && !frame.ok);
  expect(refused.length).toBeGreaterThan(100);
  expect(desk.errorLines).toEqual([]);
});

test('a socket that is refused a hundred times in a burst stays open, and each request is answered', async () => {
  await using desk = await Desk.open({ config: { limits } });
  await using live = await openSocket(desk, 'hasty');
  for (let n = 0; n < 100; n += 1) {
    live.send({ type: 'request', id: `${n}`, path: '/acs/encoders/list', params: {} });
  }
  await live.until(() => live.frames.filter(({ type }) => type === 'response').length === 100, 'answers');
  expect(live.socket.readyState).toBe(live.socket.OPEN);
});

test('a socket that floods with pings, and reads no answer, is ended', async () => {
  await using desk = await Desk.open({ config: { limits } });
  const socket = await openRawLive(desk.url, { type: 'authenticate', token: desk.createKey('pinger') });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'data');
  socket.pause();
  const closed = closeOf(socket);
  const pings = Buffer.concat(Array.from({ length: 500 }, () => clientFrame(OPCODE.ping, 'x'.repeat(100))));
  await flood(socket, pings, AbortSignal.timeout(30_000));
  await closed;
  expect(desk.errorLines).toEqual([]);
});

test('between the frames of a socket that sends many at once, others are answered', async () => {
  await using desk = await Desk.open();
  await using busy = await openSocket(desk, 'busy');
  await using other = await openSocket(desk, 'other');
  let isAnswered = false;
  const answered = other.ask('/acs/encoders/list', {}).then(() => {
    isAnswered = true;
  });
  const COUNT = 400;
  for (let n = 0; n < COUNT; n += 1) busy.send({ type: 'request', id: `${n}`, path: '/health', params: {} });
  await busy.until(() => busy.frames.filter(({ type }) => type === 'response').length === COUNT, 'answers');
  expect(isAnswered).toBe(true);
  await answered;
});
