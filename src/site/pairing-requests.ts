import { PAIRING_TIME_MS } from '../model/pairing-code.ts';
import type { Store } from '../store/store.ts';
import type { PairedDesk, PairingRequest } from '../store/sync-tables.ts';
import { hashToken } from './api-keys.ts';
import { CodeLock } from './code-lock.ts';
import { SiteError } from './errors.ts';
import { type DeskLedger, freeDeskName, hashCode, isSameHash, pairDesk } from './paired-desks.ts';

/** So many desks may ask at once: whoever asks needs no key. */
export const MOST_REQUESTS = 20;

/** So many wrong codes within the time below lock confirming for as long. */
export const MOST_WRONG_CODES = 10;
export const WRONG_CODES_WITHIN_MS = 60_000;

/** What a desk asks with. It drew all of it itself: the key never leaves it before it is used. */
export interface PairingOrder {
  /** UUID; the same request again is the same. */
  readonly id: string;
  readonly deskName: string;
  /** SHA-256 of the code that the desk shows, and of the key that it will come with. */
  readonly codeHash: Uint8Array;
  readonly keyHash: Uint8Array;
}

/** Notes that a desk asks to be paired, until a person types its code here. Throws `too_many_requests`, `invalid_input`. */
export function requestPairing({ store, clock }: DeskLedger, order: PairingOrder): PairingRequest {
  const now = clock.now();
  return store.transaction(() => {
    store.pairingRequests.forgetExpired(now);
    const open = store.pairingRequests.list(now);
    const known = open.find(({ id }) => id === order.id);
    if (known !== undefined) return checkedSecret(store, known, order.keyHash);
    const waiting = open.filter(({ deskId }) => deskId === null);
    if (waiting.length >= MOST_REQUESTS) {
      const retryMs = Math.min(...waiting.map(({ expiresAt }) => expiresAt)) - now;
      throw tooMany(
        `${waiting.length} desks ask to be paired already. Type their codes, or wait until they give up.`,
        retryMs,
      );
    }
    if (store.apiKeys.withHash(order.keyHash) !== null) {
      throw new SiteError('invalid_input', 'key_hash must be of a key that was drawn for this request.');
    }
    const request: PairingRequest = {
      id: order.id,
      deskName: order.deskName,
      expiresAt: now + PAIRING_TIME_MS,
      deskId: null,
      createdAt: now,
    };
    store.pairingRequests.insert(request, order.codeHash, order.keyHash);
    return request;
  });
}

/** What became of a request: the desk that it became, or null while nobody has typed the code. Throws `pairing_not_found`. */
export function askForPairing(
  { store, clock }: DeskLedger,
  id: string,
  key: string,
): { readonly request: PairingRequest; readonly desk: PairedDesk | null } {
  const request = store.pairingRequests.list(clock.now()).find((one) => one.id === id);
  if (request === undefined) throw noSuchRequest();
  checkedSecret(store, request, hashToken(key));
  return { request, desk: request.deskId === null ? null : store.pairedDesks.get(request.deskId) };
}

/**
 * Pairs the desk that shows this code. A name that another desk has gets a number. Throws `pairing_not_found`, and `too_many_requests` after
 * too many wrong codes.
 */
export function confirmPairing(ledger: DeskLedger, code: string): PairedDesk {
  const { store, clock } = ledger;
  const now = clock.now();
  checkLock(store, now);
  const desk = store.transaction(() => {
    store.pairingRequests.forgetExpired(now);
    const request = store.pairingRequests.withCode(hashCode(code), now);
    const keyHash = request === null ? null : store.pairingRequests.secretHash(request.id);
    if (request === null || keyHash === null) return null;
    const made = pairDesk(ledger, freeDeskName(ledger, request.deskName), keyHash);
    store.pairingRequests.confirm(request.id, made.id);
    return made;
  });
  if (desk !== null) return desk;
  lock.note(store, now);
  throw new SiteError(
    'pairing_not_found',
    'No desk shows this code now. A code holds for 10 minutes, and once: read it from the desk again, or ask there for another.',
  );
}

/** Throws `pairing_not_found` where somebody else asked. */
function checkedSecret(store: Store, request: PairingRequest, keyHash: Uint8Array): PairingRequest {
  const known = store.pairingRequests.secretHash(request.id);
  if (known === null || !isSameHash(known, keyHash)) throw noSuchRequest();
  return request;
}

const noSuchRequest = () =>
  new SiteError(
    'pairing_not_found',
    'The property server knows of no such request: it has expired, or the server was set up anew. Pair the desk again.',
  );

const tooMany = (message: string, retryMs: number) =>
  new SiteError('too_many_requests', message, {
    retry_after_seconds: Math.max(1, Math.ceil(retryMs / 1000)),
  });

const lock = new CodeLock(MOST_WRONG_CODES, WRONG_CODES_WITHIN_MS);

/** Throws `too_many_requests`. */
function checkLock(store: Store, now: number): void {
  const lockedMs = lock.lockedForMs(store, now);
  if (lockedMs > 0) {
    throw tooMany(
      `${MOST_WRONG_CODES} wrong codes within a minute: no code is taken for another ${Math.ceil(lockedMs / 1000)} s. See who types them.`,
      lockedMs,
    );
  }
}
