import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';
import { HandClock } from '../../stories/hand-clock.ts';
import { RawClient } from '../../stories/raw-client.ts';
import { leaveNothingBehind } from './crowded.ts';

describe('a key that asks too often', () => {
  test('is told when to come again, and nobody else suffers', async () => {
    const clock = new HandClock();
    const limits = { requests_per_second: 0.5, request_burst: 5 };
    await using desk = await Desk.open({ clock, config: { limits } });
    const [busy, calm] = [desk.app('busy'), desk.app('calm')];
    for (let n = 0; n < 5; n += 1) expect(await busy.post('/workspaces/get')).toMatchObject({ status: 200 });
    const refused = await busy.post('/workspaces/get');
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '2' },
      body: { error: { type: 'too_many_requests', data: { retry_after_seconds: 2 } } },
    });
    expect(await calm.post('/workspaces/get')).toMatchObject({ status: 200 });
    clock.pass(1999);
    expect(await busy.post('/workspaces/get')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
    });
    clock.pass(1);
    expect(await busy.post('/workspaces/get')).toMatchObject({ status: 200 });
    expect(await busy.post('/workspaces/get')).toMatchObject({ status: 429 });
    clock.pass(3_600_000);
    for (let n = 0; n < 5; n += 1) expect(await busy.post('/workspaces/get')).toMatchObject({ status: 200 });
    expect(await busy.post('/workspaces/get')).toMatchObject({ status: 429 });
  });

  test('through a client session is slowed down in that session, and others of the same key are not', async () => {
    const clock = new HandClock();
    const limits = { requests_per_second: 0.5, request_burst: 5 };
    await using desk = await Desk.open({ clock, config: { limits } });
    const app = desk.app('pms');
    const open = async () => {
      const { body } = await app.post('/client_sessions/create');
      return new RawClient(desk.url, Object(body).client_session.token);
    };
    const [busy, calm] = [await open(), await open()];
    for (let n = 0; n < 5; n += 1) expect(await busy.post('/workspaces/get')).toMatchObject({ status: 200 });
    expect(await busy.post('/workspaces/get')).toMatchObject({ status: 429 });
    for (const other of [calm, app])
      expect(await other.post('/workspaces/get')).toMatchObject({ status: 200 });
    const { body } = await app.post('/client_sessions/create', { scopes: ['read'] });
    const { client_session_id, token } = Object(body).client_session;
    await app.post('/client_sessions/revoke', { client_session_id });
    const over = new RawClient(desk.url, token);
    for (let n = 0; n < 5; n += 1) expect(await over.post('/workspaces/get')).toMatchObject({ status: 401 });
    expect(await over.post('/workspaces/get')).toMatchObject({ status: 429 });
  });

  test('that nobody knows is slowed down as well, and those who are known are not', async () => {
    const clock = new HandClock();
    const limits = { requests_per_second: 1, request_burst: 10 };
    await using desk = await Desk.open({ clock, config: { limits } });
    const stranger = new RawClient(desk.url, 'seam_local_guess');
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await stranger.post('/workspaces/get')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect(await desk.raw.post('/workspaces/get')).toMatchObject({ status: 200 });
    for (let n = 0; n < 10; n += 1) await stranger.request('GET', '/v1/hello');
    expect(await stranger.request('GET', '/v1/hello')).toMatchObject({ status: 429 });
    expect(await desk.raw.post('/workspaces/get')).toMatchObject({ status: 200 });
  });
});

leaveNothingBehind(1000);

describe('connections', () => {
  test('at most so many are open as the configuration says, and there is room again after', async () => {
    await using desk = await Desk.open({ config: { limits: { connections: 20 } } });
    const open = new Set<Socket>();
    const refused = Promise.withResolvers<void>();
    let closed = 0;
    for (let n = 0; n < 50; n += 1) {
      const socket = connect({ port: desk.port, host: '127.0.0.1' });
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        closed += 1;
        if (closed === 30) refused.resolve();
      });
    }
    await refused.promise;
    expect(open.size).toBe(20);
    const gone = [...open].map((socket) => {
      socket.destroy();
      return once(socket, 'close');
    });
    await Promise.all(gone);
    await expect.poll(async () => (await desk.raw.request('GET', '/health')).status).toBe(200);
    expect(desk.errorLines).toEqual([]);
  });
});
