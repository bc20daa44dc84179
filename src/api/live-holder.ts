import type { Caller } from '../model/caller.ts';
import type { Site } from '../site/site.ts';
import { ApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { Frame } from './live-frames.ts';
import { LiveHandshake, type SocketOrigin } from './live-handshake.ts';

/** Who holds an open socket, from its handshake on, and whether that one is still welcome. */
export class LiveHolder implements Disposable {
  readonly #gate: Gate;
  readonly #site: Site;
  readonly #origin: string | null;
  readonly #handshake: LiveHandshake;
  readonly #accessVersion: () => number;
  readonly #onOver: () => void;
  #client: Caller | null = null;
  /** The version of what the store holds about who may come in, by which the client is known to be welcome. */
  #welcomeAt = Number.NaN;
  /** Until when the client session is known to be good; null: the socket is that of an API key, or nobody's yet. */
  #watchedUntil: number | null = null;
  #watch = new AbortController();

  /** `accessVersion`: as the store's. `onOver` is called when a client session reaches its end: it may have been made longer. */
  constructor(gate: Gate, site: Site, from: SocketOrigin, accessVersion: () => number, onOver: () => void) {
    this.#gate = gate;
    this.#site = site;
    this.#origin = from.origin;
    this.#handshake = new LiveHandshake(gate, site, from);
    this.#accessVersion = accessVersion;
    this.#onOver = onOver;
  }

  /** Null until it has authenticated. */
  get client(): Caller | null {
    return this.#client;
  }

  /** Throws as LiveHandshake.prove does. */
  prove(frame: Frame & { type: 'prove' }): object {
    return this.#handshake.prove(frame);
  }

  /** Throws as Gate.identify does, or `too_many_requests`: who was closed for asking too much has nothing from coming back at once. */
  authenticate(frame: Frame & { type: 'authenticate' }): Caller {
    const client = this.#handshake.authenticate(frame);
    this.#gate.count(client.id);
    this.#welcome(client);
    return client;
  }

  /** Notes that a paired page is still here, if one holds the socket. */
  noteUsed(): void {
    this.#handshake.noteUsed();
  }

  /**
   * Who holds the socket by now. Throws `unauthorized` before it has authenticated, and as `lookAgain` does. Who is known to be welcome is not looked up
   * while nothing was written about who may come in.
   */
  check(): Caller {
    if (this.#client === null) {
      throw new ApiError(
        'unauthorized',
        'The first frame must be {"type":"authenticate","token":"..."}, or "prove" for a paired page.',
      );
    }
    const { expiresAt } = this.#client;
    const isOver = expiresAt !== null && this.#site.clock.now() >= expiresAt;
    if (isOver || this.#accessVersion() !== this.#welcomeAt) this.lookAgain();
    return this.#client;
  }

  /** A key or a session may be over, or an origin removed, while a socket is open: then it throws what the client would be refused with by now. */
  lookAgain(): void {
    const version = this.#accessVersion();
    const heardEverybody = this.#client !== null && this.#client.userIdentityIds === null;
    const client = this.#handshake.identifyAgain();
    if (this.#origin !== null && !this.#gate.allows(this.#origin)) {
      throw new ApiError('forbidden_origin', 'This web page may not use the encoder any more.');
    }
    if (heardEverybody && client.userIdentityIds !== null) {
      throw new ApiError(
        'forbidden_for_client_session',
        'The client session acts for its own users only by now. Connect again.',
      );
    }
    this.#welcome(client);
    this.#welcomeAt = version;
  }

  [Symbol.dispose](): void {
    this.#watch.abort();
  }

  /** Notes who holds the socket; that of a client session is looked at again when the session is over. */
  #welcome(client: Caller): void {
    this.#client = client;
    if (client.expiresAt === this.#watchedUntil) return;
    this.#watch.abort();
    this.#watchedUntil = client.expiresAt;
    if (client.expiresAt === null) return;
    this.#watch = new AbortController();
    const end = () => {
      this.#watchedUntil = null;
      this.#onOver();
    };
    // It rejects when it is stopped, and then there is nothing to see.
    this.#site.clock.until(client.expiresAt, this.#watch.signal).then(end, () => undefined);
  }
}
