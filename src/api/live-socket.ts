import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import type { Caller } from '../model/caller.ts';
import { ApiError, errorBody, toApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import { LiveFeed } from './live-feed.ts';
import { type Desk, type Operation, personalInput, runOperation } from './operation.ts';
import { PROTOCOL } from './routes/v1/hello.ts';

/** Why a socket is closed (RFC 6455, section 7.4.2: 4000 to 4999 are ours). */
export const CLOSE = {
  malformed: 4400,
  notAuthenticated: 4401,
  notAllowed: 4403,
  tooSlowToAuthenticate: 4408,
  tooMany: 4429,
} as const;

/** How long a socket may take to say who it is. */
export const AUTHENTICATE_WITHIN_MS = 3000;

/** How long a socket may take to say goodbye when the daemon stops. */
const LEAVE_WITHIN_MS = 500;

/** How much may wait to be read by the other side, bytes. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** What a subscriber must be allowed: it hears of everybody. */
const SUBSCRIBE = { path: '/live', scopes: ['read'] } as const;

/** How many requests of one socket may be worked on at once. */
const MAX_REQUESTS = 32;

const frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('authenticate'), token: z.string() }),
  z.object({ type: z.literal('subscribe'), after: z.int().min(0) }),
  z.object({
    type: z.literal('request'),
    id: z.string().min(1).max(200),
    path: z.string(),
    params: z.record(z.string(), z.unknown()).default({}),
  }),
]);

type Frame = z.output<typeof frame>;

/** One open WebSocket: who holds it, and what it asks for. */
export class LiveSocket {
  readonly #socket: WebSocket;
  readonly #desk: Desk;
  readonly #gate: Gate;
  readonly #origin: string | null;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #log: Logger;
  readonly #feed: LiveFeed;
  readonly #tooSlow: NodeJS.Timeout;
  /** Until when the client session is known to be good; null: the socket is that of an API key, or nobody's yet. */
  #watchedUntil: number | null = null;
  #watch = new AbortController();
  #client: Caller | null = null;
  #token = '';
  #isThere = true;
  #requests = 0;

  constructor(
    socket: WebSocket,
    origin: string | null,
    desk: Desk,
    gate: Gate,
    operations: ReadonlyMap<string, Operation>,
    log: Logger,
  ) {
    this.#socket = socket;
    this.#origin = origin;
    this.#desk = desk;
    this.#gate = gate;
    this.#operations = operations;
    this.#log = log;
    this.#feed = new LiveFeed(socket, desk.site, () =>
      this.#close(CLOSE.tooMany, 'Too slow to read. Connect again and subscribe with the last sequence.'),
    );
    this.#tooSlow = setTimeout(
      () => this.#close(CLOSE.tooSlowToAuthenticate, 'The first frame must be "authenticate", within 3 s.'),
      AUTHENTICATE_WITHIN_MS,
    );
    socket.on('message', (data, isBinary) => this.#receive(data.toString(), isBinary));
    socket.on('pong', () => {
      this.#isThere = true;
    });
    socket.on('error', (error) => this.#log.debug({ err: error }, 'socket failed'));
    socket.on('close', () => {
      clearTimeout(this.#tooSlow);
      this.#watch.abort();
    });
  }

  /** Something may have changed: the store, or what this socket may do. */
  wake(): void {
    if (this.#client === null || !this.#isStillWelcome()) return;
    this.#feed.wake();
  }

  /** Ends a socket that has not answered the last ping, or is not welcome any more, and sends the next. */
  ping(): void {
    if (!this.#isThere) {
      this.#socket.terminate();
      return;
    }
    // The clock may have been set.
    if (this.#client !== null && !this.#isStillWelcome()) return;
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

  #receive(text: string, isBinary: boolean): void {
    // Frames that were under way when this end closed still arrive; nothing is done for them.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (isBinary) {
      this.#refuse(CLOSE.malformed, new ApiError('invalid_input', 'Send JSON text frames, not binary ones.'));
      return;
    }
    let received: Frame;
    try {
      received = frame.parse(JSON.parse(text));
    } catch (error) {
      const detail = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
      this.#refuse(
        CLOSE.malformed,
        new ApiError('invalid_input', `The frame cannot be understood: ${detail}`),
      );
      return;
    }
    try {
      this.#obey(received);
    } catch (error) {
      const refusal = toApiError(error);
      if (refusal === null) throw error;
      const code = refusal.type === 'too_many_requests' ? CLOSE.tooMany : CLOSE.notAllowed;
      this.#refuse(refusal.status === 401 ? CLOSE.notAuthenticated : code, refusal);
    }
  }

  #obey(received: Frame): void {
    if (received.type === 'authenticate') {
      if (this.#client !== null) {
        const refusal = new ApiError('invalid_input', 'This socket is authenticated. Open another one.');
        this.#refuse(CLOSE.malformed, refusal);
        return;
      }
      this.#welcome(this.#gate.identify(received.token, this.#origin));
      this.#token = received.token;
      clearTimeout(this.#tooSlow);
      const sequence = this.#desk.site.store.changes.last();
      this.#send({ type: 'authenticated', sequence, protocol: PROTOCOL });
      return;
    }
    if (this.#client === null) {
      throw new ApiError('unauthorized', 'The first frame must be {"type":"authenticate","token":"..."}.');
    }
    if (!this.#isStillWelcome()) return;
    if (received.type === 'subscribe') {
      this.#gate.permit(this.#client, SUBSCRIBE.scopes);
      personalInput(SUBSCRIBE, {}, this.#client);
      this.#feed.subscribe(received.after);
    } else {
      void this.#answer(received, this.#client);
    }
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
        const { body } = await runOperation(operation, params, this.#desk, client);
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
    }
  }

  /** Notes who holds the socket; that of a client session is looked at again when the session is over. */
  #welcome(client: Caller): void {
    this.#client = client;
    if (client.expiresAt === this.#watchedUntil) return;
    this.#watch.abort();
    this.#watchedUntil = client.expiresAt;
    if (client.expiresAt === null) return;
    this.#watch = new AbortController();
    const lookAgain = () => {
      this.#watchedUntil = null;
      this.#isStillWelcome();
    };
    // It rejects when it is stopped, and then there is nothing to see.
    this.#desk.site.clock.until(client.expiresAt, this.#watch.signal).then(lookAgain, () => undefined);
  }

  /** A key or a session may be over, or an origin removed, while a socket is open: then it is closed at once. */
  #isStillWelcome(): boolean {
    if (this.#origin !== null && !this.#gate.allows(this.#origin)) {
      this.#close(CLOSE.notAllowed, 'This web page may not use the encoder any more.');
      return false;
    }
    try {
      const heardEverybody = this.#client !== null && this.#client.userIdentityIds === null;
      const client = this.#gate.identify(this.#token, this.#origin);
      if (heardEverybody && client.userIdentityIds !== null) {
        this.#close(
          CLOSE.notAllowed,
          'The client session acts for its own users only by now. Connect again.',
        );
        return false;
      }
      this.#welcome(client);
      return true;
    } catch (error) {
      const refusal = toApiError(error);
      if (refusal === null) throw error;
      this.#close(CLOSE.notAuthenticated, refusal.message);
      return false;
    }
  }

  #refuse(code: number, refusal: ApiError): void {
    this.#send({ type: 'error', error: { type: refusal.type, message: refusal.message } });
    this.#close(code, refusal.message);
  }

  #close(code: number, reason: string): void {
    // A close reason has 123 bytes at most (RFC 6455, section 5.5).
    this.#socket.close(code, Buffer.from(reason).subarray(0, 123).toString().replace(/�+$/, ''));
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    // Who asks and does not read the answers would have them all kept here.
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) {
      this.#close(CLOSE.tooMany, 'Too slow to read. Connect again and subscribe with the last sequence.');
      this.#socket.terminate();
    }
  }
}
