import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import type { Config } from '../config.ts';
import type { Scope } from '../model/api-key.ts';
import type { Caller } from '../model/caller.ts';
import type { ClientSession } from '../model/client-session.ts';
import { hashToken } from '../site/api-keys.ts';
import { SESSION_TOKEN_PREFIX, whyOver } from '../site/client-sessions.ts';
import type { Site } from '../site/site.ts';
import { ApiError } from './errors.ts';
import type { RateLimiter } from './limits.ts';

/** A request as the gate sees it: nothing of its body. */
export interface Knock {
  readonly peerAddress: string | undefined;
  /** The target in the request line: a path, or a whole URL. */
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
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
  #hosts: ReadonlySet<string> = new Set();

  constructor(
    site: Pick<Site, 'store' | 'clock'>,
    allowed: Pick<Config, 'allowed_origins' | 'allowed_hosts'>,
    limiter: RateLimiter,
  ) {
    this.#site = site;
    this.#allowedOrigins = new Set(allowed.allowed_origins);
    this.#allowedHosts = allowed.allowed_hosts;
    this.#limiter = limiter;
  }

  /** Tells the gate on which port it stands. */
  open(port: number): void {
    const names = ['127.0.0.1', 'localhost', '[::1]'];
    // Browsers leave out the port of the scheme.
    const own = [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
    // Those of a proxy or tunnel on this computer, as the technician wrote them.
    this.#hosts = new Set([...own, ...this.#allowedHosts]);
  }

  /** Steps 1 to 3. Returns the allowed Origin, or null when the request has none. */
  admit({ peerAddress, target, headers }: Knock): string | null {
    if (!isLoopback(peerAddress)) {
      throw new ApiError('forbidden_peer', 'Only programs on this computer may talk to the encoder.');
    }
    const host = hostInTarget(target) ?? headers.host;
    if (host === undefined || !this.#hosts.has(host.toLowerCase())) {
      throw new ApiError(
        'misdirected_request',
        'This address is not the encoder. Use http://127.0.0.1 with its port, or let a technician add the name to allowed_hosts.',
      );
    }
    const { origin } = headers;
    if (origin === undefined) return null;
    if (!this.allows(origin)) {
      throw new ApiError(
        'forbidden_origin',
        `The web page ${origin} may not use the encoder. A technician can allow it: encoderctl origins allow ${origin}`,
      );
    }
    return origin;
  }

  /** Whether web pages of this origin may come in; scheme, host and port must be the very same. */
  allows(origin: string): boolean {
    return origin !== 'null' && (this.#allowedOrigins.has(origin) || this.#site.store.origins.has(origin));
  }

  /**
   * Who holds this token, and comes from this allowed origin (null: from no web page). Throws `unauthorized`,
   * `client_session_expired`, `client_session_revoked`, or `forbidden_origin` for a session that is another origin's.
   */
  identify(token: string | undefined, origin: string | null): Caller {
    return token?.startsWith(SESSION_TOKEN_PREFIX) === true ? this.#page(token, origin) : this.#app(token);
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

  #page(token: string, origin: string | null): Caller {
    const { store, clock } = this.#site;
    const session = store.clientSessions.withHash(hashToken(token));
    if (session === null) {
      this.count('strangers');
      throw new ApiError(
        'unauthorized',
        'The client session is not known here. Ask your server for a new one: /client_sessions/create',
      );
    }
    const end = whyOver(store, session, clock.now());
    if (end !== null) {
      this.count(session.id);
      throw new ApiError(
        `client_session_${end}`,
        end === 'expired'
          ? `The client session ended at ${new Date(session.expiresAt).toISOString()}. Ask your server for a new one.`
          : 'The client session, or the API key that made it, was revoked. Ask your server for a new one.',
      );
    }
    const { allowedOrigin } = session;
    if (allowedOrigin !== null && allowedOrigin !== origin) {
      this.count(session.id);
      throw new ApiError(
        'forbidden_origin',
        `This client session is for web pages of ${allowedOrigin} only${origin === null ? ', and the request names no Origin' : ''}.`,
      );
    }
    return this.#callerOf(session);
  }

  /** What the session may do as far as its key still may. */
  #callerOf({ id, apiKeyId, scopes, userIdentifierKey, userIdentityIds, expiresAt }: ClientSession): Caller {
    const key = this.#site.store.apiKeys.get(apiKeyId);
    return {
      id,
      name: `${key?.name ?? 'an app'}, session of ${userIdentifierKey ?? 'a web page'}`,
      scopes: scopes.filter((scope) => key?.scopes.includes(scope) === true),
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

/**
 * The token of a request; undefined when there is none. Seam's clients send that of a client session twice, as the
 * Authorization and in a header of its own, which counts: it can do less than a key.
 */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const session = headers['client-session-token'] ?? headers['seam-client-session-token'];
  return typeof session === 'string' && session !== ''
    ? session
    : /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** The host of a target that is a whole URL, which counts for more than the Host header (RFC 9112, section 3.2.2). */
function hostInTarget(target: string | undefined): string | undefined {
  return target !== undefined && URL.canParse(target) ? new URL(target).host : undefined;
}

function isLoopback(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/, '');
  return plain === '::1' || (plain !== undefined && isIPv4(plain) && plain.startsWith('127.'));
}
