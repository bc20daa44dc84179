import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';

const BATCH = 250;

/** Opens sockets at once, hands them over, and resolves when all are closed. */
async function crowd(port: number, size: number, meet: (socket: Socket) => void): Promise<void> {
  const sockets = Array.from({ length: size }, () => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.on('connect', () => meet(socket));
    return once(socket, 'close');
  });
  await Promise.all(sockets);
}

/** The suite, with a multiple of 1,000 connections. */
export function leaveNothingBehind(size: number): void {
  test(`${size.toLocaleString('en')} connections that come, ask or not, and go leave nothing behind`, async () => {
    await using desk = await Desk.open();
    const request = `GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nConnection: close\r\n\r\n`;
    const half = `POST /acs/users/create HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nContent-Le`;
    let answered = 0;
    const kinds: ((socket: Socket) => void)[] = [
      (socket) => socket.destroy(),
      (socket) => socket.end(),
      (socket) => {
        socket.once('data', (data) => {
          if (data.toString().startsWith('HTTP/1.1 200')) answered += 1;
        });
        socket.resume().write(request);
      },
      (socket) => {
        socket.write(half);
        socket.destroySoon();
      },
    ];
    for (let batch = 0; batch < size / BATCH; batch += 1) {
      const kind = kinds[batch % kinds.length];
      if (kind !== undefined) await crowd(desk.port, BATCH, kind);
    }
    expect(answered).toBe(size / kinds.length);
    expect(await desk.raw.request('GET', '/health')).toMatchObject({ status: 200 });
    expect(desk.errorLines).toEqual([]);
  });
}
