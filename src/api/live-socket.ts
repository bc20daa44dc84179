import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../log.ts';
import type { Caller } from '../model/caller.ts';
import { Brake } from './brake.ts';
import type { ChangeFrames } from './change-frames.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import { LiveFeed } from './live-feed.ts';
import { CLOSE, closeCodeOf, type Frame, readFrame } from './live-frames.ts';
import type { SocketOrigin } from './live-handshake.ts';
import { LiveHolder } from './live-holder.ts';
import { type Desk, type Operation, personalInput, runOperation } from './operation.ts';
import { PROTOCOL } from './routes/v1/hello.ts';
import { toIsoTime } from './wire/fields.ts';

/** How long a socket may take to say who it is. */
export const AUTHENTICATE_WITHIN_MS = 3000;

/** How long a socket may take to say goodbye when the daemon stops. */
const LEAVE_WITHIN_MS = 500;

/** How long a socket that nobody knows, or that sends what is no frame, may take to answer that it is closed. */
const GONE_WITHIN_MS = 1000;

/** How much may wait to be read by the other side, bytes. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** What a subscriber must be allowed: it hears of everybody. */
const SUBSCRIBE = { path: '/live', scopes: ['read'] } as const;

/** How many requests of one socket may be worked on at once. */
const MAX_REQUESTS = 32;

/** One open WebSocket: who holds it, and what it asks for. */
export class LiveSocket {
  /** Of the web page that opened it; null: no page did. */
  readonly origin: string | null;
  readonly #socket: WebSocket;
  readonly #desk: Desk;
  readonly #gate: Gate;
  readonly #holder: LiveHolder;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #log: Logger;
  readonly #feed: LiveFeed;
  readonly #brake: Brake;
  readonly #tooSlow: NodeJS.Timeout;
  #gone: NodeJS.Timeout | undefined;
  #isThere = true;
  #requests = 0;

  constructor(
    socket: WebSocket,
    from: SocketOrigin,
    desk: Desk,
    gate: Gate,
    operations: ReadonlyMap<string, Operation>,
    log: Logger,
    changes: ChangeFrames,
    accessVersion: () => number,
  ) {
    this.#socket = socket;
    this.origin = from.origin;
    this.#desk = desk;
    this.#gate = gate;
    this.#holder = new LiveHolder(gate, desk.site, from, accessVersion, () =>
      this.#stays(() => this.#holder.lookAgain()),
    );
    this.#operations = operations;
    this.#log = log;
    this.#brake = new Brake(socket);
    this.#feed = new LiveFeed(socket, changes, () =>
      this.#close(CLOSE.tooMany, 'Too slow to read. Connect again and subscribe with the last sequence.'),
    );
    this.#tooSlow = setTimeout(
      () => this.#close(CLOSE.tooSlowToAuthenticate, 'The first frame must be "authenticate", within 3 s.'),
      AUTHENTICATE_WITHIN_MS,
    );
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', (data) => this.#answerPing(data));
    socket.on('pong', () => {
      this.#isThere = true;
    });
    socket.on('error', (error) => this.#log.debug({ err: error }, 'socket failed'));
    socket.on('close', () => {
      clearTimeout(this.#tooSlow);
      clearTimeout(this.#gone);
      this.#holder[Symbol.dispose]();
    });
  }

  /** Something may have changed: the store, or what this socket may do. */
  wake(): void {
    if (this.#holder.client === null || !this.#stays(() => this.#holder.check())) return;
    this.#feed.wake();
  }

  /** Ends a socket that has not answered the last ping, or is not welcome any more, and sends the next. */
  ping(): void {
    if (!this.#isThere) {
      this.#socket.terminate();
      return;
    }
    // The clock may have been set.
    if (this.#holder.client !== null && !this.#stays(() => this.#holder.lookAgain())) return;
    if (this.#holder.client !== null) this.#holder.noteUsed();
    this.#isThere = false;
    this.#socket.ping();
  }

  /** The daemon is going: clients may come back at once. Resolves when the socket is closed, which one that does not answer is soon. */
  async leave(): Promise<void> {
    // Not events.once: that rejects when the socket fails on its way out.
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.close(1001, 'The daemon is stopping.');
    const late = setTimeout(() => this.#socket.terminate(), LEAVE_WITHIN_MS);
    await closed;
    clearTimeout(late);
  }

  #receive(data: RawData, isBinary: boolean): void {
    // Frames that were under way when this end closed still arrive; nothing is done for them.
    if (this.#socket.readyState !== this.#socket.OPEN) {
      this.#brake.hold();
      return;
    }
    try {
      this.#obey(readFrame(data.toString(), isBinary));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #obey(received: Frame): void {
    if (received.type === 'authenticate' || received.type === 'prove') {
      this.#shakeHands(received);
      return;
    }
    const client = this.#holder.check();
    if (received.type === 'subscribe') {
      this.#gate.permit(client, SUBSCRIBE.scopes);
      personalInput(SUBSCRIBE, {}, client);
      this.#feed.subscribe(received.after);
    } else {
      void this.#answer(received, client);
    }
  }

  /** Pings count as requests do; one too many is not answered. */
  #answerPing(data: Buffer): void {
    this.#dropIfUnread();
    try {
      if (this.#holder.client === null) this.#slowDown();
      else this.#gate.count(this.#holder.client.id);
      this.#socket.pong(data);
    } catch (error) {
      if (toApiError(error) === null) throw error;
      this.#slowDown();
    }
  }

  #slowDown(): void {
    if (this.#brake.hold())
      this.#close(CLOSE.tooMany, 'Too many requests. Connect again, and slow down.', true);
  }

  #shakeHands(received: Frame & { type: 'authenticate' | 'prove' }): void {
    if (this.#holder.client !== null) {
      throw new ApiError('invalid_input', 'This socket is authenticated. Open another one.');
    }
    if (received.type === 'prove') {
      this.#send(this.#holder.prove(received));
      return;
    }
    const client = this.#holder.authenticate(received);
    clearTimeout(this.#tooSlow);
    this.#send({
      type: 'authenticated',
      sequence: this.#desk.site.store.changes.last(),
      protocol: PROTOCOL,
      scopes: client.scopes,
      expires_at: client.expiresAt === null ? null : toIsoTime(client.expiresAt),
    });
  }

  async #answer(request: Frame & { type: 'request' }, client: Caller): Promise<void> {
    const { id, path, params } = request;
    try {
      if (this.#requests >= MAX_REQUESTS) {
        throw new ApiError(
          'too_many_requests',
          `${MAX_REQUESTS} requests of this socket are being worked on already.`,
        );
      }
      this.#requests += 1;
      try {
        const operation = this.#operations.get(path);
        if (operation === undefined || operation.scopes === null) this.#gate.count(client.id);
        else this.#gate.permit(client, operation.scopes);
        if (operation === undefined) throw new ApiError('not_found', `There is no ${path} here.`);
        this.#brake.ease();
        const { body } = await runOperation(operation, params, this.#desk, client, this.origin);
        this.#send({ type: 'response', id, ...body });
      } finally {
        this.#requests -= 1;
      }
    } catch (error) {
      const refusal =
        toApiError(error) ??
        new ApiError('internal_server_error', 'Something failed here. The log has more.');
      if (refusal.type === 'internal_server_error') this.#log.error({ err: error }, 'request failed');
      this.#send({ type: 'response', id, ...errorBody(refusal, crypto.randomUUID()) });
      if (refusal.type === 'too_many_requests') this.#slowDown();
    }
  }

  /** Closes the socket at once when its client is not welcome any more. */
  #stays(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      this.#refuse(error);
      return false;
    }
  }

  /** Tells why, and closes. Throws on what is no refusal. */
  #refuse(error: unknown): void {
    const refusal = toApiError(error);
    if (refusal === null) throw error;
    this.#send({ type: 'error', error: { type: refusal.type, message: refusal.message } });
    this.#close(closeCodeOf(refusal), refusal.message);
  }

  #close(code: number, reason: string, isFlood = code === CLOSE.malformed): void {
    // A close reason has 123 bytes at most (RFC 6455, section 5.5).
    this.#socket.close(code, Buffer.from(reason).subarray(0, 123).toString().replace(/�+$/, ''));
    // One that is known gets the time to read what waits for it, unless it makes no sense.
    if (this.#holder.client === null || isFlood)
      this.#gone ??= setTimeout(() => this.#socket.terminate(), GONE_WITHIN_MS);
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    this.#dropIfUnread();
  }

  /** Who asks and does not read the answers would have them all kept here. */
  #dropIfUnread(): void {
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) {
      this.#close(CLOSE.tooMany, 'Too slow to read. Connect again and subscribe with the last sequence.');
      this.#socket.terminate();
    }
  }
}
