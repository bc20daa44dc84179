import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opcodes of frames (RFC 6455, section 5.2). */
export const OPCODE = { text: 1, ping: 9 } as const;

const FIN = 0x80;
const MASKED = 0x80;
const TWO_BYTES_OF_LENGTH = 126;

/** A frame of a client. Its mask is zero, so that the payload stands as it is. At most 65,535 bytes. */
export function clientFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < TWO_BYTES_OF_LENGTH
      ? [MASKED | payload.length]
      : [MASKED | TWO_BYTES_OF_LENGTH, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.of(FIN | opcode, ...length, 0, 0, 0, 0), payload]);
}

/** A TCP connection that has become a WebSocket and said `first`; frames are its user's business. Rejects when it was refused. */
export async function openRawLive(url: string, first: object): Promise<Socket> {
  const { port, host } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  socket.write(
    [
      'GET /live HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    ].join('\r\n'),
  );
  const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(30_000) });
  if (!String(answer).startsWith('HTTP/1.1 101 ')) {
    socket.destroy();
    throw new Error(`The daemon answered ${String(answer).split('\r\n')[0]}.`);
  }
  socket.write(clientFrame(OPCODE.text, JSON.stringify(first)));
  return socket;
}

/** Resolves when the socket is closed, however that came. */
export function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Writes the bytes over and over, as fast as they are taken, until the socket closes or `signal` ends it. */
export async function flood(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const closed = closeOf(socket);
  while (!socket.destroyed && !signal.aborted) {
    if (socket.write(bytes)) await new Promise(setImmediate);
    else await Promise.race([once(socket, 'drain', { signal }).catch(() => undefined), closed]);
  }
}
