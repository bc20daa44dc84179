import type { Caller } from '../model/caller.ts';
import { type ClientSession, UNUSED_PAGE_MS } from '../model/client-session.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Store } from '../store/store.ts';
import { SiteError } from './errors.ts';
import { findUserIdentity } from './identities.ts';
import { announce, type Site } from './site.ts';

/** How every token of a client session begins; Seam's clients look for it. */
export const SESSION_TOKEN_PREFIX = 'seam_cst';

/** Throws `client_session_not_found`. */
export function findClientSession(site: Site, id: string): ClientSession {
  const session = site.store.clientSessions.get(id);
  if (session === null) throw notFound({ id });
  return session;
}

/** The newest session of this user identifier key, if there are some that are not over: of those. Throws `client_session_not_found`. */
export function findClientSessionByKey({ store, clock }: Site, userIdentifierKey: string): ClientSession {
  const { rows } = store.clientSessions.list({ userIdentifierKey }, EVERY_ROW);
  const session = rows.findLast((one) => whyOver(store, one, clock.now()) === null) ?? rows.at(-1);
  if (session === undefined) throw notFound({ userIdentifierKey });
  return session;
}

/** How a request names a session. */
export interface SessionName {
  readonly id?: string | undefined;
  readonly userIdentifierKey?: string | undefined;
}

/**
 * The session that a caller asks for: an app by its id or else its user identifier key, a page its own, by whichever
 * name or none. Throws `client_session_not_found`, or `invalid_input` when an app gives no name.
 */
export function sessionFor(site: Site, caller: Caller, name: SessionName): ClientSession {
  const { id, userIdentifierKey } = name;
  if (caller.id !== caller.apiKeyId) {
    const own = findClientSession(site, caller.id);
    const isMeant =
      (id ?? own.id) === own.id && (userIdentifierKey ?? own.userIdentifierKey) === own.userIdentifierKey;
    if (!isMeant) throw notFound(name);
    return own;
  }
  if (id !== undefined) return findClientSession(site, id);
  if (userIdentifierKey !== undefined) return findClientSessionByKey(site, userIdentifierKey);
  throw new SiteError('invalid_input', 'Must specify either client_session_id or user_identifier_key');
}

export interface SessionGrant extends SessionName {
  readonly userIdentityIds: readonly string[];
}

/**
 * Lets a session, named by its id or else its user identifier key, act for further identities; one that was bound to
 * nobody is bound to them from then on. With an id, a user identifier key becomes the session's. Throws
 * `client_session_not_found`, `invalid_input` for a session that is over, and `user_identity_not_found`.
 */
export function grantAccess(site: Site, grant: SessionGrant): ClientSession {
  return site.store.transaction(() => {
    const { id, userIdentifierKey = '' } = grant;
    const known =
      id === undefined ? findClientSessionByKey(site, userIdentifierKey) : findClientSession(site, id);
    for (const identityId of grant.userIdentityIds) findUserIdentity(site, identityId);
    if (whyOver(site.store, known, site.clock.now()) !== null) {
      throw new SiteError('invalid_input', 'This client session is over. Make a new one.', {
        client_session_id: known.id,
      });
    }
    const session = {
      ...known,
      userIdentifierKey: grant.userIdentifierKey ?? known.userIdentifierKey,
      userIdentityIds: [...new Set([...known.userIdentityIds, ...grant.userIdentityIds])],
    };
    site.store.clientSessions.update(session);
    site.doorbell.ring();
    return session;
  });
}

/** Ends a session, which stays in the list. Throws `client_session_not_found`. */
export function revokeClientSession(site: Site, id: string): void {
  findClientSession(site, id);
  endClientSession(site.store, id, site.clock.now());
  site.doorbell.ring();
}

/** Marks a session as revoked at `now`; one that was stays as it is. Returns whether there is one. */
export function endClientSession(store: Store, id: string, now: number): boolean {
  return store.transaction(() => {
    const session = store.clientSessions.get(id);
    if (session !== null && session.revokedAt === null) {
      store.clientSessions.update({ ...session, revokedAt: now });
    }
    return session !== null;
  });
}

/** Ends a session and forgets it. Throws `client_session_not_found`. */
export function deleteClientSession(site: Site, id: string): void {
  site.store.transaction(() => {
    findClientSession(site, id);
    site.store.clientSessions.delete(id);
    announce(site, 'client_session.deleted', { clientSessionId: id });
  });
}

/** Why nobody may use a session any more; null: it is good. That of a paired page is over as well when the page has not come for 90 days. */
export function whyOver(store: Store, session: ClientSession, now: number): 'revoked' | 'expired' | null {
  const { apiKeyId, page, revokedAt, expiresAt } = session;
  const isKeyRevoked = apiKeyId !== null && store.apiKeys.get(apiKeyId)?.revokedAt !== null;
  if (revokedAt !== null || isKeyRevoked) return 'revoked';
  const unusedSince = page === null ? now : page.lastUsedAt;
  return expiresAt <= now || unusedSince <= now - UNUSED_PAGE_MS ? 'expired' : null;
}

/** Whether a page of this origin was paired here, and still is. */
export function isPairedOrigin({ store, clock }: Pick<Site, 'store' | 'clock'>, origin: string): boolean {
  const now = clock.now();
  return store.clientSessions.ofPagesOf(origin).some((session) => whyOver(store, session, now) === null);
}

/** When a paired page came is written down no more often, milliseconds: each time costs a write to the disk. */
const USED_EVERY_MS = 60 * 60 * 1000;

/** Notes that the page of this session is here. */
export function notePageUsed({ store, clock }: Pick<Site, 'store' | 'clock'>, id: string): void {
  const now = clock.now();
  const session = store.clientSessions.get(id);
  const page = session?.page ?? null;
  if (session === null || page === null || Math.abs(now - page.lastUsedAt) < USED_EVERY_MS) return;
  store.clientSessions.update({ ...session, page: { ...page, lastUsedAt: now } });
}

/** Whether whoever made a request, an app or a page by the id of its key or session, may make none any more. */
export function hasLeft({ store, clock }: Site, callerId: string): boolean {
  const key = store.apiKeys.get(callerId);
  if (key !== null) return key.revokedAt !== null;
  const session = store.clientSessions.get(callerId);
  return session === null || whyOver(store, session, clock.now()) !== null;
}

function notFound({ id, userIdentifierKey }: SessionName): SiteError {
  return id === undefined
    ? new SiteError(
        'client_session_not_found',
        `There is no client session with the user identifier key ${userIdentifierKey} here.`,
        { user_identifier_key: userIdentifierKey },
      )
    : new SiteError('client_session_not_found', `There is no client session ${id} here.`, {
        client_session_id: id,
      });
}
