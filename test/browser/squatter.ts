import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { listen, type WebPages } from './web-pages.ts';

/** What a squatter answers to a frame; null: nothing. */
export type SquatterWords = (frame: Readonly<Record<string, unknown>>) => object | null;

/** A program that took the daemon's port, speaks its language, and keeps every byte that it is sent. */
export interface Squatter extends WebPages {
  readonly heard: readonly Buffer[];
  /** Types of the frames that it was sent. */
  readonly frames: readonly string[];
}

/** Starts it at the port of a daemon that is gone. */
export async function startSquatter(port: number, words: SquatterWords): Promise<Squatter> {
  const heard: Buffer[] = [];
  const frames: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (part) => heard.push(part));
    const origin = request.headers.origin ?? '*';
    response
      .writeHead(200, { 'access-control-allow-origin': origin })
      .end('{"product":"encoderd","ok":true}');
  });
  // Before anything of it is understood.
  server.on('connection', (socket) => socket.on('data', (part: Buffer) => heard.push(part)));
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('message', (data) => {
        // Frames of browsers are masked (RFC 6455, section 5.3): as they are read, too.
        heard.push(Buffer.from(data.toString()));
        const frame: Readonly<Record<string, unknown>> = JSON.parse(data.toString());
        frames.push(String(frame['type']));
        const answer = words(frame);
        if (answer !== null) webSocket.send(JSON.stringify(answer));
      });
    });
  });
  const pages = await listen(server, 'http://127.0.0.1', port);
  return {
    ...pages,
    heard,
    frames,
    async [Symbol.asyncDispose]() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      await pages[Symbol.asyncDispose]();
    },
  };
}

/** A signature of nobody's key. */
export function anySignature(): string {
  return createHash('sha512').update('nobody').digest('base64url');
}
