import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';

export interface TlsOptions {
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

export interface TlsListener extends AsyncDisposable {
  readonly port: number;
}

/** A handshake must have come to its end after so many milliseconds. */
const HANDSHAKE_WITHIN_MS = 5000;

/**
 * Takes TLS on loopback, and hands what it carries to the HTTP server as a connection like others, with the same limits and handlers.
 * Close it after that server. Rejects when the port is taken.
 */
export async function listenWithTls(
  http: Server,
  { port, certificate, key }: TlsOptions,
  maxConnections: number,
  handshakeWithinMs = HANDSHAKE_WITHIN_MS,
): Promise<TlsListener> {
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeWithinMs,
    },
    (socket) => http.emit('connection', socket),
  );
  server.maxConnections = maxConnections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // A handshake that failed, or took too long.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The API listens on no TLS port.');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
