import { randomBytes } from 'node:crypto';
import type { Scope } from '../model/api-key.ts';
import type { Caller } from '../model/caller.ts';
import { type ClientSession, PAIRED_PAGE_LIFE_MS } from '../model/client-session.ts';
import type { PagePairing } from '../model/page-pairing.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { hashToken } from './api-keys.ts';
import { endClientSession, SESSION_TOKEN_PREFIX, whyOver } from './client-sessions.ts';
import { SiteError } from './errors.ts';
import { findUserIdentity } from './identities.ts';
import { drawDeskKeys } from './page-keys.ts';
import { newId, type Site } from './site.ts';

/** How long a session lives unless somebody says until when, milliseconds. */
const USUAL_LIFE_MS = 12 * 60 * 60 * 1000;

/** How long a session may live at most, milliseconds. */
const LONGEST_LIFE_MS = 31 * 24 * 60 * 60 * 1000;

/** How many tokens of one session are good at once; with one more, an oldest one is not any more. */
const MOST_TOKENS = 10;

/** What a session may do of what its key may, unless it is said. */
const USUAL_SCOPES: readonly Scope[] = ['read', 'scan', 'encode'];

export interface NewClientSession {
  readonly userIdentifierKey: string | null;
  readonly userIdentityIds: readonly string[];
  /** Undefined: to read, scan and encode, as far as the key may. */
  readonly scopes: readonly Scope[] | undefined;
  readonly allowedOrigin: string | null;
  /** Milliseconds since 1970; undefined: 12 hours from now. */
  readonly expiresAt: number | undefined;
}

/** A session with a token of it, which is in no other answer: the store keeps its hash. */
export interface OpenedSession {
  readonly session: ClientSession;
  readonly token: string;
}

/** Makes a session of this API key. Throws `invalid_input` for scopes that the key lacks and for times that are not allowed, and `user_identity_not_found`. */
export function createClientSession(site: Site, key: Caller, order: NewClientSession): OpenedSession {
  return site.store.transaction(() => {
    for (const id of order.userIdentityIds) findUserIdentity(site, id);
    const now = site.clock.now();
    const session: ClientSession = {
      id: newId(),
      apiKeyId: key.apiKeyId,
      userIdentifierKey: order.userIdentifierKey,
      userIdentityIds: [...new Set(order.userIdentityIds)],
      scopes: scopesFor(key, order.scopes),
      allowedOrigin: order.allowedOrigin,
      expiresAt: checkExpiry(order.expiresAt ?? now + USUAL_LIFE_MS, now),
      createdAt: now,
      revokedAt: null,
      page: null,
    };
    site.store.clientSessions.insert(session);
    return { session, token: addToken(site, session) };
  });
}

/** The session of a page that was just paired, with what the page gets of it once. */
export interface PairedSession extends OpenedSession {
  /** The desk's public key for this session: SPKI in DER. */
  readonly deskPublicKey: Uint8Array;
  /** The sessions whose place it takes: their ids. */
  readonly endedIds: readonly string[];
}

/** Makes the session of a page that a person let in. It takes the place of those that pages of the same origin with the same key have. */
export function createPageSession(site: Site, pairing: PagePairing): PairedSession {
  const now = site.clock.now();
  const session: ClientSession = {
    ...{ id: newId(), apiKeyId: null, userIdentifierKey: null, userIdentityIds: [] },
    ...{ scopes: pairing.scopes, allowedOrigin: pairing.origin },
    ...{ expiresAt: now + PAIRED_PAGE_LIFE_MS, createdAt: now, revokedAt: null },
    page: { name: pairing.name, publicKey: pairing.publicKey, lastUsedAt: now },
  };
  const endedIds = site.store.clientSessions
    .ofPagesOf(pairing.origin)
    .filter(({ page }) => page !== null && Buffer.compare(page.publicKey, pairing.publicKey) === 0)
    .map(({ id }) => id);
  for (const id of endedIds) endClientSession(site.store, id, now);
  const keys = drawDeskKeys();
  site.store.clientSessions.insert(session, keys.privateKey);
  return { session, token: addToken(site, session), deskPublicKey: keys.publicKey, endedIds };
}

/**
 * A further token of a session that this key has made for the same user identifier key, identities, scopes and origin,
 * and that is not over; else a new session. `expiresAt` changes when it ends; identities that are not said may be any.
 * An order that names nobody always makes a new one. Throws as createClientSession does.
 */
export function getOrCreateClientSession(site: Site, key: Caller, order: NewClientSession): OpenedSession {
  return site.store.transaction(() => {
    const known = sameSession(site, key, order);
    if (known === null) return createClientSession(site, key, order);
    const now = site.clock.now();
    const session = { ...known, expiresAt: checkExpiry(order.expiresAt ?? known.expiresAt, now) };
    site.store.clientSessions.update(session);
    site.doorbell.ring();
    return { session, token: addToken(site, session) };
  });
}

function sameSession({ store, clock }: Site, key: Caller, order: NewClientSession): ClientSession | null {
  const { userIdentifierKey, userIdentityIds, allowedOrigin } = order;
  if (userIdentifierKey === null && userIdentityIds.length === 0) return null;
  const filter = { userIdentifierKey: userIdentifierKey ?? undefined, userIdentityId: userIdentityIds[0] };
  const scopes = scopesFor(key, order.scopes);
  const isSame = (session: ClientSession) =>
    session.apiKeyId === key.apiKeyId &&
    session.userIdentifierKey === userIdentifierKey &&
    session.allowedOrigin === allowedOrigin &&
    isSameSet(session.scopes, scopes) &&
    (userIdentityIds.length === 0 || isSameSet(session.userIdentityIds, userIdentityIds)) &&
    whyOver(store, session, clock.now()) === null;
  return store.clientSessions.list(filter, EVERY_ROW).rows.findLast(isSame) ?? null;
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return String([...new Set(some)].sort()) === String([...new Set(others)].sort());
}

function scopesFor(key: Caller, wanted: readonly Scope[] | undefined): readonly Scope[] {
  const lacking = wanted?.find((scope) => !key.scopes.includes(scope));
  if (lacking !== undefined) {
    throw new SiteError(
      'invalid_input',
      `A client session can do no more than its API key, and "${key.name}" lacks the scope "${lacking}".`,
      { scope: lacking },
    );
  }
  const scopes = wanted ?? USUAL_SCOPES.filter((scope) => key.scopes.includes(scope));
  if (scopes.length > 0) return [...new Set(scopes)];
  throw new SiteError(
    'invalid_input',
    `"${key.name}" may neither read nor scan nor encode. Say in scopes what the client session may do.`,
  );
}

function checkExpiry(expiresAt: number, now: number): number {
  if (expiresAt > now && expiresAt <= now + LONGEST_LIFE_MS) return expiresAt;
  throw new SiteError(
    'invalid_input',
    expiresAt <= now
      ? 'expires_at must be in the future.'
      : 'expires_at is too far off: a client session lives for 31 days at most.',
  );
}

/** Gives a session a new token: 256 random bits. */
function addToken(site: Site, session: ClientSession): string {
  const token = `${SESSION_TOKEN_PREFIX}1${randomBytes(32).toString('base64url')}`;
  site.store.clientSessions.keepTokens(session.id, MOST_TOKENS - 1);
  site.store.clientSessions.addToken(session.id, hashToken(token), site.clock.now());
  return token;
}
