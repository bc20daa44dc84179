import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../model/api-key.ts';
import { typedPairingCode } from '../model/pairing-code.ts';
import type { PairedDesk } from '../store/sync-tables.ts';
import { hashToken } from './api-keys.ts';
import { SiteError } from './errors.ts';
import { beginFeed } from './feed.ts';
import { newId, type Site } from './site.ts';

/** What desks are kept in. */
export type DeskLedger = Pick<Site, 'store'> & { readonly clock: Pick<Site['clock'], 'now'> };

/** What a desk may be called: it stands in tables. */
export const DESK_NAME = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,100}$/u;

/** When a desk was seen is written down no more often, milliseconds: each time costs a write to the disk. */
const SEEN_EVERY_MS = 60_000;

/** From what difference on the new skew of a desk's clock is written down, milliseconds. */
const SKEW_CHANGED_MS = 1000;

/**
 * Pairs a desk by a key that is handed over by hand. The key is in the answer only; its hash is kept. Throws `duplicate_desk`.
 */
export function addDesk(
  ledger: DeskLedger,
  name: string,
): { readonly token: string; readonly desk: PairedDesk } {
  return ledger.store.transaction(() => {
    if (isTaken(ledger, name)) {
      throw new SiteError(
        'duplicate_desk',
        `There is a desk, or its key, named "${name}" already. Choose another name, or give that desk a new key: encoderctl desks new-key "${name}"`,
      );
    }
    const token = drawKey();
    return { token, desk: pairDesk(ledger, name, hashToken(token)) };
  });
}

/** Gives a desk another key; the one before is worth nothing from now on. Throws `desk_not_found`. */
export function replaceDeskKey(
  ledger: DeskLedger,
  named: string,
): { readonly token: string; readonly desk: PairedDesk } {
  const { store, clock } = ledger;
  return store.transaction(() => {
    const known = findDesk(ledger, named);
    store.apiKeys.revoke(known.apiKeyId, clock.now());
    const token = drawKey();
    const desk = { ...known, apiKeyId: keepKey(ledger, known.name, hashToken(token)).id };
    store.pairedDesks.update(desk);
    return { token, desk };
  });
}

/** Lets a desk in no more, from now on. What it has not told by then stays with it. Throws `desk_not_found`. */
export function removeDesk(ledger: DeskLedger, named: string): PairedDesk {
  const { store, clock } = ledger;
  return store.transaction(() => {
    const desk = findDesk(ledger, named);
    store.apiKeys.revoke(desk.apiKeyId, clock.now());
    store.pairedDesks.delete(desk.id);
    return desk;
  });
}

/** By name or id. Throws `desk_not_found`. */
function findDesk({ store }: DeskLedger, named: string): PairedDesk {
  const desk = store.pairedDesks.list().find(({ id, name }) => id === named || name === named);
  if (desk !== undefined) return desk;
  throw new SiteError('desk_not_found', `There is no desk "${named}" here. See: encoderctl desks list`, {
    desk: named,
  });
}

/** The desk that an API key belongs to; null: the caller came with none. Throws `not_a_desk`. */
export function deskOfKey({ store }: DeskLedger, apiKeyId: string | null): PairedDesk {
  const desk = apiKeyId === null ? null : store.pairedDesks.ofKey(apiKeyId);
  if (desk !== null) return desk;
  throw new SiteError(
    'not_a_desk',
    'This key belongs to no desk that is paired with this site. Pair the desk: encoderctl pair, or encoderctl desks add',
  );
}

/** Notes that a desk was here, and what its clock said, milliseconds since 1970; null: it did not say. Returns the desk as it is known now. */
export function noteSeen(
  { store, clock }: DeskLedger,
  desk: PairedDesk,
  deskTime: number | null,
): PairedDesk {
  const now = clock.now();
  const skewMs = deskTime === null ? desk.skewMs : deskTime - now;
  const isOld = desk.lastSeenAt === null || Math.abs(now - desk.lastSeenAt) >= SEEN_EVERY_MS;
  const isSkewNew =
    skewMs !== null && (desk.skewMs === null || Math.abs(skewMs - desk.skewMs) >= SKEW_CHANGED_MS);
  if (!isOld && !isSkewNew) return desk;
  const seen = { ...desk, lastSeenAt: now, skewMs };
  store.pairedDesks.update(seen);
  return seen;
}

/** Makes a desk of this name, and its key of this hash; the first one begins the feed. Call it in a transaction. */
export function pairDesk(ledger: DeskLedger, name: string, keyHash: Uint8Array): PairedDesk {
  const { store, clock } = ledger;
  if (!store.pairedDesks.any()) beginFeed(ledger);
  const desk: PairedDesk = {
    id: newId(),
    name,
    apiKeyId: keepKey(ledger, name, keyHash).id,
    createdAt: clock.now(),
    lastSeenAt: null,
    highWaterMark: 0,
    skewMs: null,
  };
  store.pairedDesks.insert(desk);
  return desk;
}

/** The name, or the first of `name 2`, `name 3`, ... that no desk has. */
export function freeDeskName(ledger: DeskLedger, name: string): string {
  let free = name;
  for (let next = 2; isTaken(ledger, free); next += 1) free = `${name} ${next}`;
  return free;
}

/** A key as API keys are: 256 random bits. */
export const drawKey = (): string => `seam_local_${randomBytes(32).toString('base64url')}`;

/** What is kept of a pairing code: SHA-256. */
export const hashCode = (code: string): Uint8Array =>
  createHash('sha256').update(typedPairingCode(code)).digest();

/** Compares hashes in a time that does not depend on where they differ. */
export const isSameHash = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

const keyName = (deskName: string): string => `desk ${deskName}`;

function keepKey({ store, clock }: DeskLedger, deskName: string, hash: Uint8Array): ApiKey {
  const key: ApiKey = {
    id: newId(),
    name: keyName(deskName),
    scopes: ['bridge'],
    createdAt: clock.now(),
    revokedAt: null,
  };
  store.apiKeys.insert(key, hash);
  return key;
}

function isTaken({ store }: DeskLedger, name: string): boolean {
  return (
    store.pairedDesks.list().some((desk) => desk.name === name) ||
    store.apiKeys.withName(keyName(name)) !== null
  );
}
