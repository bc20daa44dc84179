import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { z } from 'zod';
import { acsEncoder } from '../../src/api/wire/acs-encoder.ts';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { event } from '../../src/api/wire/event.ts';
import { SCOPES } from '../../src/model/api-key.ts';
import { CARD_TECHNOLOGIES } from '../../src/model/card.ts';
import { NONCE, SIGNATURE } from '../../src/model/page-proof.ts';
import { checkResource } from '../seam-schema.ts';

const sequence = z.int().positive();
const card = z.strictObject({
  uid: z.string(),
  card_number: z.string(),
  technology: z.enum(CARD_TECHNOLOGIES),
});
const failure = z.object({ type: z.string(), message: z.string() });

/** Every frame that the daemon may send. */
const liveFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('authenticated'),
    ...{ sequence: z.int().min(0), protocol: z.literal(1) },
    ...{ scopes: z.array(z.enum(SCOPES)), expires_at: z.iso.datetime().nullable() },
  }),
  z.strictObject({
    type: z.literal('proof'),
    ...{ nonce: z.string().regex(NONCE), signature: z.string().regex(SIGNATURE) },
  }),
  z.strictObject({ type: z.literal('action_attempt.changed'), sequence, action_attempt: actionAttempt }),
  z.strictObject({ type: z.literal('encoder.changed'), sequence, acs_encoder: acsEncoder }),
  z.strictObject({ type: z.literal('card.presented'), sequence, acs_encoder_id: z.uuid(), card }),
  z.strictObject({ type: z.literal('card.removed'), sequence, acs_encoder_id: z.uuid(), card }),
  z.strictObject({ type: z.literal('event'), sequence, event }),
  z.strictObject({ type: z.literal('pairing.changed'), sequence }),
  z.strictObject({ type: z.literal('resync_needed'), sequence: z.int().min(0) }),
  z.strictObject({ type: z.literal('error'), error: failure }),
  z.looseObject({
    type: z.literal('response'),
    id: z.string(),
    ok: z.boolean(),
    error: failure.optional(),
  }),
]);

export type LiveFrame = z.output<typeof liveFrame>;
export type LiveChange = Exclude<
  LiveFrame,
  { type: 'authenticated' | 'proof' | 'resync_needed' | 'error' | 'response' }
>;
export type LiveAttempt = z.output<typeof actionAttempt>;

/** How long a test waits for a frame before it fails. */
const PATIENCE_MS = 30_000;

/** A WebSocket at /live that keeps every frame, and holds each of them against the contract. */
export class LiveClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly frames: LiveFrame[] = [];
  /** Why the socket closed, once it has. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #broken: unknown = null;
  readonly #waiters = new Set<() => void>();

  constructor(url: string, options: ClientOptions = {}, path = '/live') {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#wake());
    this.socket.on('message', (data) => this.#keep(data.toString()));
  }

  /** A socket that is open, authenticated, and subscribed: after `after`, or to what comes from now on. */
  static async open(url: string, token: string, after?: number): Promise<LiveClient> {
    const live = await LiveClient.connect(url);
    live.send({ type: 'authenticate', token });
    const { sequence: now } = await live.next('authenticated', () => true);
    live.send({ type: 'subscribe', after: after ?? now });
    return live;
  }

  /** A socket that is open, and no more. Rejects when the upgrade was refused. */
  static async connect(url: string, options: ClientOptions = {}): Promise<LiveClient> {
    const live = new LiveClient(url, options);
    await once(live.socket, 'open');
    return live;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The sequences of the changes that came, in the order in which they came. */
  get sequences(): readonly number[] {
    return this.changes.map((frame) => frame.sequence);
  }

  get changes(): readonly LiveChange[] {
    return this.frames.filter(isChange);
  }

  /** The first frame of this type that fits, of those that came and those that come. Rejects after 10 s or when the socket closes. */
  async next<T extends LiveFrame['type']>(
    type: T,
    fits: (frame: Extract<LiveFrame, { type: T }>) => boolean,
    after = 0,
  ): Promise<Extract<LiveFrame, { type: T }>> {
    const isMeant = (frame: LiveFrame): frame is Extract<LiveFrame, { type: T }> =>
      frame.type === type && fits(Object(frame));
    return this.#until(() => this.frames.slice(after).find(isMeant) ?? null, type);
  }

  /** Resolves once `isSo`, asked again with each frame. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    await this.#until(() => (isSo() ? true : null), what);
  }

  /** Asks over the socket, and resolves with the response. */
  async ask(path: string, params: object): Promise<Extract<LiveFrame, { type: 'response' }>> {
    const id = crypto.randomUUID();
    this.send({ type: 'request', id, path, params });
    return this.next('response', (frame) => frame.id === id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState !== WebSocket.CLOSED) this.socket.terminate();
    await this.closed;
  }

  async #until<T>(look: () => T | null, what: string): Promise<T> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const wake = () => this.#wake();
    late.addEventListener('abort', wake);
    try {
      for (;;) {
        if (this.#broken !== null) throw this.#broken;
        const found = look();
        if (found !== null) return found;
        const isClosed = this.socket.readyState === WebSocket.CLOSED;
        if (late.aborted || isClosed) {
          const state = isClosed ? 'the socket closed' : 'time ran out';
          throw new Error(`No ${what}: ${state}. So far: ${this.frames.slice(-20).map(brief).join(', ')}`);
        }
        await new Promise<void>((resolve) => this.#waiters.add(resolve));
      }
    } finally {
      late.removeEventListener('abort', wake);
    }
  }

  #keep(text: string): void {
    try {
      const frame = liveFrame.parse(JSON.parse(text));
      if (frame.type === 'action_attempt.changed') checkResource('action_attempt', frame.action_attempt);
      if (frame.type === 'encoder.changed') checkResource('acs_encoder', frame.acs_encoder);
      if (frame.type === 'event') checkResource('event', frame.event);
      this.frames.push(frame);
    } catch (error) {
      this.#broken ??= error;
    }
    this.#wake();
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter();
  }
}

function isChange(frame: LiveFrame): frame is LiveChange {
  return 'sequence' in frame && frame.type !== 'authenticated' && frame.type !== 'resync_needed';
}

function brief(frame: LiveFrame): string {
  return frame.type === 'action_attempt.changed'
    ? `${frame.action_attempt.phase} (${frame.action_attempt.hint ?? frame.action_attempt.error?.reason ?? ''})`
    : frame.type;
}
