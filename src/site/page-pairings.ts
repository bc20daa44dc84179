import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { Scope } from '../model/api-key.ts';
import type { Actor } from '../model/audit-entry.ts';
import { PAGE_PAIRING_MS, PAGE_PAIRING_TRIES, type PagePairing } from '../model/page-pairing.ts';
import type { Store } from '../store/store.ts';
import { audit } from './audit-log.ts';
import { CodeLock } from './code-lock.ts';
import { SiteError } from './errors.ts';
import { createPageSession, type PairedSession } from './new-client-sessions.ts';
import { newId, record, type Site } from './site.ts';

/** So many pages may ask at once: whoever asks needs no key. */
export const MOST_PAGE_PAIRINGS = 20;

/** So often may pages of one origin ask within the time that a request holds. */
export const MOST_OF_ONE_ORIGIN = 5;

/** So many wrong codes, of whomever, within the time that a request holds lock confirming for as long. */
export const MOST_WRONG_PAGE_CODES = 10;

/** What a page asks with. */
export type PagePairingOrder = Pick<PagePairing, 'origin' | 'name' | 'scopes' | 'publicKey'>;

/**
 * Notes that a page asks to be paired, in place of what its origin asked before, and draws the code. Throws
 * `too_many_requests`.
 */
export function requestPagePairing(site: Site, order: PagePairingOrder): PagePairing {
  const { store, clock } = site;
  const now = clock.now();
  noteAsked(store, order.origin, now);
  return store.transaction(() => {
    store.pagePairings.forgetExpired(now);
    const before = store.pagePairings.ofOrigin(order.origin);
    if (before !== null) store.pagePairings.delete(before.id);
    const waiting = store.pagePairings.list(now);
    if (waiting.length >= MOST_PAGE_PAIRINGS) {
      throw tooMany(
        `${waiting.length} web pages ask to be paired already. Type their codes, or refuse them: encoderctl pairing refuse --all`,
        Math.min(...waiting.map(({ expiresAt }) => expiresAt)) - now,
      );
    }
    const pairing: PagePairing = {
      ...order,
      ...{
        id: newId(),
        triesLeft: PAGE_PAIRING_TRIES,
        isShown: false,
        createdAt: now,
        expiresAt: now + PAGE_PAIRING_MS,
      },
    };
    store.pagePairings.insert(pairing, String(randomInt(1_000_000)).padStart(6, '0'));
    record(site, { type: 'pairing.changed' });
    audit(site, pageAt(order.origin), 'pairing_requested', {
      ...{ pairing_id: pairing.id, origin: pairing.origin, scopes: pairing.scopes },
    });
    return pairing;
  });
}

/** The pages that ask, oldest first. */
export function waitingPages({ store, clock }: Pick<Site, 'store' | 'clock'>): readonly PagePairing[] {
  return store.pagePairings.list(clock.now());
}

/**
 * Shows the code of a request to somebody who may do all that it asks for; null for everybody else, who could let in nobody who may do more.
 * From then on the code is good: as long as nobody saw it, whoever types it has guessed it.
 */
export function showCode(store: Store, pairing: PagePairing, scopes: readonly Scope[]): string | null {
  if (!pairing.scopes.every((scope) => scopes.includes(scope))) return null;
  if (!pairing.isShown) store.pagePairings.noteShown(pairing.id);
  return store.pagePairings.codeOf(pairing.id);
}

/**
 * Pairs the page that asked, when it comes from the origin that asked and has the code. Throws `pairing_code_wrong`,
 * with the last of three the request is over; `pairing_not_found`; and `too_many_requests` after too many wrong codes.
 */
export function confirmPagePairing(site: Site, id: string, origin: string, code: string): PairedSession {
  const { store, clock } = site;
  const now = clock.now();
  const lockedMs = lock.lockedForMs(store, now);
  if (lockedMs > 0) {
    throw tooMany(
      `${MOST_WRONG_PAGE_CODES} wrong codes within 10 minutes: no page is paired for a while. See who asks: encoderctl pairing list`,
      lockedMs,
    );
  }
  const tried = store.transaction(() => {
    const pairing = store.pagePairings.get(id);
    if (pairing === null || pairing.origin !== origin || pairing.expiresAt <= now) throw noSuchPairing(id);
    const isRight = isSameCode(store.pagePairings.codeOf(id) ?? '', code) && pairing.isShown;
    const triesLeft = pairing.triesLeft - 1;
    if (isRight || triesLeft <= 0) {
      store.pagePairings.delete(id);
      record(site, { type: 'pairing.changed' });
    } else {
      store.pagePairings.setTriesLeft(id, triesLeft);
    }
    const subject = { pairing_id: id, origin };
    if (!isRight) {
      audit(site, pageAt(origin), 'pairing_code_wrong', { ...subject, tries_left: triesLeft });
      return triesLeft;
    }
    const made = createPageSession(site, pairing);
    const { id: client_session_id, scopes } = made.session;
    const ended = made.endedIds.length === 0 ? {} : { ended_client_session_ids: made.endedIds };
    audit(site, pageAt(origin), 'pairing_confirmed', { ...subject, client_session_id, scopes, ...ended });
    return made;
  });
  if (typeof tried !== 'number') return tried;
  lock.note(store, now);
  throw new SiteError(
    'pairing_code_wrong',
    tried > 0
      ? `The code is another one. Read it from the desk again: encoderctl pairing list, or the desk's own page. Tries left: ${tried}.`
      : 'The code is another one, and this request is over. Ask to be paired again, for another code.',
    { tries_left: Math.max(0, tried) },
  );
}

/** Ends the request of a page. Throws `pairing_not_found`. */
export function refusePagePairing({ store, clock, doorbell }: Site, id: string): void {
  if (!endPagePairing(store, id, clock.now())) throw noSuchPairing(id);
  doorbell.ring();
}

/** As refusePagePairing, also beside the daemon. Returns whether there was such a request. */
export function endPagePairing(store: Store, id: string, now: number): boolean {
  return store.transaction(() => {
    const pairing = store.pagePairings.get(id);
    if (pairing === null || pairing.expiresAt <= now) return false;
    store.pagePairings.delete(id);
    store.changes.append({ type: 'pairing.changed' }, now);
    return true;
  });
}

const lock = new CodeLock(MOST_WRONG_PAGE_CODES, PAGE_PAIRING_MS);

/** When pages asked, by origin, of each store that is open here. */
const asked = new WeakMap<Store, ReadonlyMap<string, readonly number[]>>();

/** Throws `too_many_requests` for an origin that asks too often. */
function noteAsked(store: Store, origin: string, now: number): void {
  const recent = new Map<string, readonly number[]>();
  for (const [one, times] of asked.get(store) ?? []) {
    const kept = times.filter((at) => at > now - PAGE_PAIRING_MS && at <= now);
    if (kept.length > 0) recent.set(one, kept);
  }
  const times = recent.get(origin) ?? [];
  const [first = now] = times;
  if (times.length < MOST_OF_ONE_ORIGIN) recent.set(origin, [...times, now]);
  asked.set(store, recent);
  if (times.length < MOST_OF_ONE_ORIGIN) return;
  throw tooMany(
    `Pages of ${origin} have asked to be paired ${MOST_OF_ONE_ORIGIN} times within 10 minutes. Wait a little.`,
    first + PAGE_PAIRING_MS - now,
  );
}

const pageAt = (origin: string): Actor => ({ kind: 'web_page', id: null, name: origin });

/** Compares in a time that does not depend on where the codes differ, nor on their lengths. */
const isSameCode = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other));

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

const noSuchPairing = (id: string) =>
  new SiteError(
    'pairing_not_found',
    'No such request waits here: it was answered, or refused, or has expired. Ask to be paired again.',
    { pairing_id: id },
  );

const tooMany = (message: string, retryMs: number) =>
  new SiteError('too_many_requests', message, {
    retry_after_seconds: Math.max(1, Math.ceil(retryMs / 1000)),
  });
