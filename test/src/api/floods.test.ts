import { expect, test } from 'vitest';
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

test('an app that was refused for asking too much is closed with 4429 when it comes back at once', async () => {
  await using desk = await Desk.open({ config: { limits } });
  const token = desk.createKey('flooder');
  await using live = await LiveClient.connect(desk.url);
  live.send({ type: 'authenticate', token });
  for (let n = 0; n < 10; n += 1) {
    live.send({ type: 'request', id: `${n}`, path: '/acs/encoders/list', params: {} });
  }
  await live.next('response', (frame) => frame.type === 'response' && !frame.ok);
  await using again = await LiveClient.connect(desk.url);
  again.send({ type: 'authenticate', token });
  expect(await again.closed).toMatchObject({ code: 4429 });
  expect(again.frames).toMatchObject([{ type: 'error', error: { type: 'too_many_requests' } }]);
});

test('pings count as requests do: one too many is not answered', async () => {
  await using desk = await Desk.open({ config: { limits } });
  await using live = await openSocket(desk, 'pinging');
  const pongs: string[] = [];
  live.socket.on('pong', (data) => pongs.push(data.toString()));
  for (let n = 0; n < 10; n += 1) live.socket.ping(`${n}`);
  live.send({ type: 'request', id: 'last', path: '/acs/encoders/list', params: {} });
  await live.next('response', () => true);
  expect(pongs).toEqual(['0', '1', '2', '3']);
});
