import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Logger } from '../log.ts';
import { ChangeFrames } from './change-frames.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import { hostOf } from './knock.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { LiveSocket } from './live-socket.ts';
import type { Desk, Operation } from './operation.ts';
import { oncePerTurn, Turns } from './turns.ts';

/** How many sockets may be open at once; browsers reconnect by themselves, and a broken page may do so in a loop. */
const MAX_SOCKETS = 1024;

/** How many of them pages of one origin may have open. */
const MAX_SOCKETS_OF_ORIGIN = 100;

/** How long a refused socket may take to go, milliseconds. */
const REFUSED_MS = 1000;

/** How often a silent socket is asked whether anybody is there, milliseconds. */
const PING_EVERY_MS = 30_000;

/** The WebSocket at /live: every open socket, and what they all need. */
export class Live implements AsyncDisposable {
  readonly #sockets = new Set<LiveSocket>();
  readonly #waking = new Turns<LiveSocket>((socket) => socket.wake());
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false,
    // One frame of a socket in a turn: else whoever sends a thousand at once would have them all answered before anybody else is heard.
    allowSynchronousEvents: false,
    autoPong: false,
  });
  readonly #changes: ChangeFrames;
  readonly #accessVersion: () => number;
  readonly #desk: Desk;
  readonly #gate: Gate;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #log: Logger;
  readonly #stopListening: () => void;
  readonly #pinging: NodeJS.Timeout;

  constructor(desk: Desk, gate: Gate, operations: readonly Operation[], log: Logger) {
    this.#desk = desk;
    this.#changes = new ChangeFrames(desk.site);
    this.#accessVersion = oncePerTurn(() => desk.site.store.accessVersion());
    this.#gate = gate;
    this.#operations = new Map(operations.map((operation) => [operation.path, operation]));
    this.#log = log;
    this.#server.on('wsClientError', (error, socket) => {
      refuse(socket, new ApiError('bad_request', `This is no WebSocket handshake (${error.message}).`));
    });
    this.#stopListening = desk.site.doorbell.listen(() => this.#waking.add(this.#sockets));
    this.#pinging = setInterval(() => {
      for (const socket of this.#sockets) socket.ping();
    }, PING_EVERY_MS);
  }

  /** Takes an HTTP upgrade, or answers why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      const { origin } = this.#gate.admit(request, 'inner');
      if (request.url?.split('?')[0] !== '/live') {
        throw new ApiError('not_found', 'The WebSocket is at /live.');
      }
      if (this.#sockets.size >= MAX_SOCKETS) {
        throw new ApiError('too_many_requests', `${MAX_SOCKETS} sockets are open already. Close some.`);
      }
      this.#checkSocketsOf(origin);
      const from = { origin, address: hostOf(request.url, request.headers) };
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const live = new LiveSocket(
          webSocket,
          from,
          this.#desk,
          this.#gate,
          this.#operations,
          this.#log,
          this.#changes,
          this.#accessVersion,
        );
        this.#sockets.add(live);
        webSocket.on('close', () => {
          this.#sockets.delete(live);
          this.#waking.remove(live);
        });
      });
    } catch (error) {
      refuse(socket, toApiError(error) ?? new ApiError('internal_server_error', 'The upgrade failed.'));
    }
  }

  /** Throws `too_many_requests` for a page that opens one socket after the other. */
  #checkSocketsOf(origin: string | null): void {
    if (origin === null) return;
    const open = [...this.#sockets].filter((socket) => socket.origin === origin);
    if (open.length < MAX_SOCKETS_OF_ORIGIN) return;
    throw new ApiError(
      'too_many_requests',
      `Pages of ${origin} have ${MAX_SOCKETS_OF_ORIGIN} sockets open already. Close some.`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    clearInterval(this.#pinging);
    await Promise.all([...this.#sockets].map((socket) => socket.leave()));
    this.#server.close();
  }
}

/** Answers on a socket that speaks no HTTP, or not yet, and ends it. */
export function refuse(socket: Duplex, refusal: ApiError): void {
  const requestId = crypto.randomUUID();
  const body = JSON.stringify(errorBody(refusal, requestId));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Seam-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // The other side may never close its half.
  setTimeout(() => socket.destroy(), REFUSED_MS).unref();
}
