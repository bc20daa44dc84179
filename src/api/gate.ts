import type { Config } from '../config.ts';
import type { Scope } from '../model/api-key.ts';
import type { Caller } from '../model/caller.ts';
import type { ClientSession } from '../model/client-session.ts';
import type { AccessAudit } from '../site/access-audit.ts';
import { hashToken } from '../site/api-keys.ts';
import { isPairedOrigin, SESSION_TOKEN_PREFIX, whyOver } from '../site/client-sessions.ts';
import type { Site } from '../site/site.ts';
import { ApiError } from './errors.ts';
import {
  addressesAt,
  hostOf,
  isLoopback,
  isWebOrigin,
  type Knock,
  refuseOtherSites,
  refuseTwoHosts,
} from './knock.ts';
import type { RateLimiter } from './limits.ts';
import type { Place } from './places.ts';

/** Who came past the gate. */
export interface Visitor {
  /** Of the web page that asks; null: the request names none, so that no other page can read the answer. */
  readonly origin: string | null;
  /** Whether pages of the origin were let in; else it knocks at a door, or reads what all may. */
  readonly isAllowed: boolean;
}

/**
 * What every request passes before anything of it is read, HTTP and WebSocket alike, in this order: the peer is this
 * computer; the Host is one of ours; the Origin is one that was allowed; then, where they apply, the token, its scope
 * and its rate. Each step throws the ApiError that says which it was.
 */
export class Gate {
  readonly #site: Pick<Site, 'store' | 'clock'>;
  readonly #allowedOrigins: ReadonlySet<string>;
  readonly #allowedHosts: readonly string[];
  readonly #limiter: RateLimiter;
  readonly #access: Pick<AccessAudit, 'used' | 'refused'> | null;
  #hosts: ReadonlySet<string> = new Set();
  #ownOrigins: ReadonlySet<string> = new Set();

  constructor(
    site: Pick<Site, 'store' | 'clock'>,
    allowed: Pick<Config, 'allowed_origins' | 'allowed_hosts'>,
    limiter: RateLimiter,
    access: Pick<AccessAudit, 'used' | 'refused'> | null = null,
  ) {
    this.#site = site;
    this.#allowedOrigins = new Set(allowed.allowed_origins);
    this.#allowedHosts = allowed.allowed_hosts;
    this.#limiter = limiter;
    this.#access = access;
  }

  /** Tells the gate on which port it stands, and on which one with TLS, if there is one. */
  open(port: number, tlsPort?: number): void {
    const plain = addressesAt(port, 80);
    const secure = tlsPort === undefined ? [] : addressesAt(tlsPort, 443);
    // Those of a proxy or tunnel on this computer, as the technician wrote them.
    this.#hosts = new Set([...plain, ...secure, ...this.#allowedHosts]);
    this.#ownOrigins = new Set([
      ...plain.map((address) => `http://${address}`),
      ...secure.map((address) => `https://${address}`),
    ]);
  }

  /** Steps 1 to 3. Throws the ApiError that says which one the request fails. */
  admit({ socket, method, url, headers, rawHeaders }: Knock, place: Place): Visitor {
    if (!isLoopback(socket.remoteAddress)) {
      throw new ApiError('forbidden_peer', 'Only programs on this computer may talk to the encoder.');
    }
    refuseTwoHosts(rawHeaders);
    if (!this.#hosts.has(hostOf(url, headers))) {
      throw new ApiError(
        'misdirected_request',
        'This address is not the encoder. Use http://127.0.0.1 with its port, or let a technician add the name to allowed_hosts.',
      );
    }
    const { origin } = headers;
    if (origin === undefined) {
      if (place !== 'public') refuseOtherSites(method, headers, place);
      return { origin: null, isAllowed: false };
    }
    if (this.allows(origin)) return { origin, isAllowed: true };
    if (place === 'public' || (place === 'door' && isWebOrigin(origin))) return { origin, isAllowed: false };
    throw forbiddenOrigin(origin);
  }

  /**
   * Whether web pages of this origin may come in: the daemon's own, one that was allowed, or one that has a paired page. Scheme,
   * host and port must be the very same.
   */
  allows(origin: string): boolean {
    if (origin === 'null') return false;
    return (
      this.#ownOrigins.has(origin) ||
      this.#allowedOrigins.has(origin) ||
      this.#site.store.origins.has(origin) ||
      isPairedOrigin(this.#site, origin)
    );
  }

  /**
   * Who holds this token, and comes from this allowed origin (null: from no web page). `provenSessionId`: the session of a
   * paired page which has proved on this socket that it has its key. Throws `unauthorized`, `client_session_expired`,
   * `client_session_revoked`, `forbidden_origin` for a session that is another origin's, or `proof_required`.
   */
  identify(token: string | undefined, origin: string | null, provenSessionId?: string): Caller {
    try {
      const isSession = token?.startsWith(SESSION_TOKEN_PREFIX) === true;
      const caller = isSession ? this.#page(token, origin, provenSessionId) : this.#app(token);
      this.#access?.used(caller);
      return caller;
    } catch (error) {
      if (token !== undefined && error instanceof ApiError) this.#access?.refused();
      throw error;
    }
  }

  #app(token: string | undefined): Caller {
    const key = token === undefined ? null : this.#site.store.apiKeys.withHash(hashToken(token));
    if (key !== null && key.revokedAt === null) {
      const { id, name, scopes } = key;
      return { id, name, scopes, apiKeyId: id, userIdentityIds: null, expiresAt: null };
    }
    this.count('strangers');
    throw new ApiError(
      'unauthorized',
      token === undefined
        ? 'No API key came with the request. Send it as "Authorization: Bearer seam_local_...".'
        : key === null
          ? 'The API key is not known here. Make one with: encoderctl keys create --name NAME'
          : 'The API key was revoked. Make a new one with: encoderctl keys create --name NAME',
    );
  }

  #page(token: string, origin: string | null, provenSessionId: string | undefined): Caller {
    const session = this.#site.store.clientSessions.withHash(hashToken(token));
    if (session === null) throw this.#unknownSession();
    this.checkSession(session, origin);
    if (session.page !== null && session.id !== provenSessionId) {
      this.count(session.id);
      throw new ApiError(
        'proof_required',
        'This token is that of a paired page, and good on the WebSocket only, after the frame "prove". See docs/web-pages.md.',
      );
    }
    return this.#callerOf(session);
  }

  /**
   * The session of a paired page by its id, before it has said its token. Throws `unauthorized`, and as `identify` does for a session that is over or another
   * origin's.
   */
  pageSession(id: string, origin: string | null): ClientSession {
    const session = this.#site.store.clientSessions.get(id);
    if (session === null || session.page === null) throw this.#unknownSession();
    this.checkSession(session, origin);
    return session;
  }

  #unknownSession(): ApiError {
    this.count('strangers');
    return new ApiError(
      'unauthorized',
      'The client session is not known here. Ask your server for a new one: /client_sessions/create; or pair the page again.',
    );
  }

  /** Throws when the session is over, or another origin's. */
  checkSession(session: ClientSession, origin: string | null): void {
    const { store, clock } = this.#site;
    const end = whyOver(store, session, clock.now());
    if (end !== null) {
      this.count(session.id);
      throw new ApiError(`client_session_${end}`, endOf(session, end));
    }
    const { allowedOrigin } = session;
    if (allowedOrigin !== null && allowedOrigin !== origin) {
      this.count(session.id);
      throw new ApiError(
        'forbidden_origin',
        `This client session is for web pages of ${allowedOrigin} only${origin === null ? ', and the request names no Origin' : ''}.`,
      );
    }
  }

  /** What the session may do, as far as its key still may if it has one. */
  #callerOf(session: ClientSession): Caller {
    const { id, apiKeyId, scopes, userIdentifierKey, userIdentityIds, expiresAt, page } = session;
    const key = apiKeyId === null ? null : this.#site.store.apiKeys.get(apiKeyId);
    return {
      id,
      name:
        page === null
          ? `${key?.name ?? 'an app'}, session of ${userIdentifierKey ?? 'a web page'}`
          : `${page.name ?? 'the page'} at ${session.allowedOrigin}`,
      scopes: page === null ? scopes.filter((scope) => key?.scopes.includes(scope) === true) : scopes,
      apiKeyId,
      userIdentityIds: userIdentityIds.length === 0 ? null : userIdentityIds,
      expiresAt,
    };
  }

  /** Throws `missing_scope` or `too_many_requests`. */
  permit(caller: Caller, scopes: readonly Scope[]): void {
    this.count(caller.id);
    if (!scopes.some((scope) => caller.scopes.includes(scope))) {
      const wanted = scopes.map((scope) => `"${scope}"`).join(' or ');
      throw new ApiError('missing_scope', `"${caller.name}" may not do this: it lacks the scope ${wanted}.`, {
        data: { scope: scopes[0] },
      });
    }
  }

  /** Throws `too_many_requests` with `retry_after_seconds` in its data. */
  count(who: string): void {
    const seconds = this.#limiter.take(who);
    if (seconds > 0) {
      throw new ApiError('too_many_requests', 'Too many requests at once. Slow down and try again.', {
        data: { retry_after_seconds: Math.ceil(seconds) },
      });
    }
  }
}

/** What cannot be let in is told no way in, nor repeated: it may be anything, and of any length. */
function forbiddenOrigin(origin: string): ApiError {
  return new ApiError(
    'forbidden_origin',
    isWebOrigin(origin)
      ? `The web page ${origin} may not use the encoder. It can ask to be paired, or a technician can allow it: encoderctl origins allow ${origin}`
      : origin === 'null'
        ? 'A page without an origin of its own, as a file or a sandboxed frame, cannot use the encoder. Open it at an http or https address.'
        : 'Only pages at an http or https address can use the encoder, and the Origin of this request is none of those. Browsers send it as https://pms.example.com.',
  );
}

function endOf({ page, expiresAt }: ClientSession, end: 'revoked' | 'expired'): string {
  if (page !== null) {
    return `This page's leave to use the encoder ${end === 'revoked' ? 'was revoked' : 'has ended'}. Pair the page again.`;
  }
  return end === 'expired'
    ? `The client session ended at ${new Date(expiresAt).toISOString()}. Ask your server for a new one.`
    : 'The client session, or the API key that made it, was revoked. Ask your server for a new one.';
}
