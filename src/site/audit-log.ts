import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import {
  type Actor,
  type AuditEntry,
  type AuditSubject,
  canonicalJson,
  hashedText,
  mayStandInEntry,
  nameInEntry,
  type WrittenEntry,
} from '../model/audit-entry.ts';
import type { Store } from '../store/store.ts';

/** What an entry is written with: a site, or the state folder's store and a clock. */
export interface AuditParts {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
}

/** The daemon itself. */
export const DAEMON: Actor = { kind: 'daemon', id: null, name: 'encoderd' };

/**
 * Appends an entry to the audit log. Call it in the transaction of what it tells: they are committed together, or neither is. What is undone is not told.
 * Throws a plain Error for a subject that holds what no entry may hold.
 */
export function audit(
  { store, clock }: AuditParts,
  actor: Actor,
  action: string,
  subject: AuditSubject,
): void {
  for (const [name, value] of Object.entries(subject)) {
    if (!mayStandInEntry(value)) throw new Error(`"${name}" of ${action} may not stand in the audit log`);
  }
  store.transaction(() => {
    const head = store.auditLog.head();
    const entry = {
      sequence: head.sequence + 1,
      at: clock.now(),
      actor: canonicalJson({ kind: actor.kind, id: actor.id, name: nameInEntry(actor.name) }),
      action,
      subject: canonicalJson(subject),
      previousHash: head.hash,
    };
    store.auditLog.append({ ...entry, hash: hashOf(entry) });
  });
}

/** SHA-256 over the entry's text, hexadecimal. */
export function hashOf(entry: Omit<WrittenEntry, 'hash'>): string {
  return hash('sha256', hashedText(entry), 'hex');
}

/** An entry with its actor and subject as things. Throws SyntaxError for one that was tampered with so that it is no JSON. */
export const toAuditEntry = (entry: WrittenEntry): AuditEntry => ({
  ...entry,
  actor: JSON.parse(entry.actor),
  subject: JSON.parse(entry.subject),
});

/**
 * Whoever made a request, by the id of its key or session. A session's name is that of the key that made it, or its web origin: what apps
 * call their users is not written down.
 */
export function actorOf({ apiKeys, clientSessions }: Store, callerId: string): Actor {
  const key = apiKeys.get(callerId);
  if (key !== null) return { kind: 'api_key', id: key.id, name: key.name };
  const session = clientSessions.get(callerId);
  const ownerId = session?.apiKeyId ?? null;
  const owner = ownerId === null ? null : apiKeys.get(ownerId);
  return { kind: 'client_session', id: callerId, name: owner?.name ?? session?.allowedOrigin ?? '' };
}

/** How many hexadecimal digits of a keyed hash stand in an entry: 128 bits. */
const KEYED_DIGITS = 32;

/**
 * HMAC-SHA-256 under a secret that this store drew for its log, cut to 128 bits, hexadecimal: the same text is known again, and who has an
 * entry but not the store cannot try all uids that there are.
 */
export function keyedHash(store: Store, purpose: 'card' | 'configuration', text: string): string {
  return createHmac('sha256', secretOf(store))
    .update(`${purpose} ${text}`)
    .digest('hex')
    .slice(0, KEYED_DIGITS);
}

/** Of each store that is open here: once it is committed, it never changes. */
const secrets = new WeakMap<Store, KeyObject>();

function secretOf(store: Store): KeyObject {
  const known = secrets.get(store);
  if (known !== undefined) return known;
  let isNew = false;
  const bytes = store.auditLog.secret(() => {
    isNew = true;
    return randomBytes(32);
  });
  const secret = createSecretKey(bytes);
  // One that was just made is gone again if the transaction around this is undone.
  if (!isNew) secrets.set(store, secret);
  return secret;
}

/** A card in an entry: `card_hash`, made of its uid. */
export const cardHash = (store: Store, uid: string): string => keyedHash(store, 'card', uid.toUpperCase());
