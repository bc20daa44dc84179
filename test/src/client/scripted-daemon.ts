import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

type Frame = Readonly<Record<string, unknown>>;

/** A daemon that says what the test says, over real sockets. */
export class ScriptedDaemon implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '';
    const parts: Uint8Array[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'POST')
        this.posts.push({ path, body: JSON.parse(Buffer.concat(parts).toString()) });
      const known = this.http[path];
      const body = typeof known === 'string' ? known : known?.shift();
      if (body === undefined) response.writeHead(404).end();
      else response.end(body);
    });
  });
  readonly #sockets = new WebSocketServer({ noServer: true });
  /** Bodies by path; of several, one after the other. */
  http: Record<string, string | string[]> = {
    '/client.js': '// encoderd',
    '/v1/hello': '{"product":"encoderd"}',
  };
  /** Every POST that came. */
  readonly posts: { readonly path: string; readonly body: Frame }[] = [];
  /** Every frame that came, and the socket that it came on. */
  readonly frames: Frame[] = [];
  /** What it does with a frame. */
  onFrame: (frame: Frame, socket: WebSocket) => void = () => undefined;
  mayConnect = true;
  sockets = 0;
  url = '';

  static async start(): Promise<ScriptedDaemon> {
    const daemon = new ScriptedDaemon();
    daemon.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!daemon.mayConnect) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        return;
      }
      daemon.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        daemon.sockets += 1;
        webSocket.on('message', (data) => {
          const frame: Frame = JSON.parse(data.toString());
          daemon.frames.push(frame);
          daemon.onFrame(frame, webSocket);
        });
      });
    });
    await new Promise<void>((resolve) => daemon.#server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = daemon.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    daemon.url = `http://127.0.0.1:${address.port}`;
    return daemon;
  }

  /** Lets every socket in, and answers requests by their paths. */
  serve(answers: Readonly<Record<string, object>>, sequence = 7): void {
    this.onFrame = (frame, socket) => {
      if (frame['type'] === 'authenticate') {
        say(socket, { type: 'authenticated', sequence, scopes: ['read', 'scan'] });
      }
      const answer = frame['type'] === 'request' ? answers[String(frame['path'])] : undefined;
      if (answer !== undefined) say(socket, { type: 'response', id: frame['id'], ok: true, ...answer });
    };
  }

  /** Tells every page. */
  tell(frame: object): void {
    for (const socket of this.#sockets.clients) say(socket, frame);
  }

  /** Drops every connection, as a daemon does that is killed. */
  drop(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Frames of a type. */
  of(type: string): readonly Frame[] {
    return this.frames.filter((frame) => frame['type'] === type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends a frame. */
export function say(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}
