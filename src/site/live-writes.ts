import { EVERY_ROW } from '../store/paging.ts';
import type { Site } from './site.ts';

/** Rows of the journal that an attempt is working on at this moment. */
export function liveWriteIds({ store }: Site): ReadonlySet<string> {
  return new Set(store.attempts.live().flatMap((attempt) => ('writeId' in attempt ? [attempt.writeId] : [])));
}

/** Whether a card is being written with this credential, or what was written of it is being taken back. */
export function isBeingWritten(site: Site, credentialId: string): boolean {
  return [...liveWriteIds(site)].some((id) => site.store.cardWrites.get(id)?.credentialId === credentialId);
}

/** Since when this desk has a write of a credential that did not end, and that nobody is working on; null: it has none. Milliseconds since 1970. */
export function tornSince(site: Site, credentialId: string): number | null {
  const open = site.store.cardWrites.list({ acsCredentialId: credentialId, isOpen: true }, EVERY_ROW).rows;
  if (open.length === 0) return null;
  const live = liveWriteIds(site);
  return open.find(({ id }) => !live.has(id))?.startedAt ?? null;
}

/** Since when a card may be half written with a credential, by the credential's id; milliseconds since 1970. */
export type TornSince = ReadonlyMap<string, number>;

/** The credentials with a write that did not end, and that nobody is working on. */
export function tornWrites(site: Site): TornSince {
  const open = site.store.cardWrites.list({ isOpen: true }, EVERY_ROW).rows;
  if (open.length === 0) return new Map();
  const live = liveWriteIds(site);
  return new Map(
    open
      .filter(({ id }) => !live.has(id))
      .flatMap(({ credentialId, startedAt }) => (credentialId === null ? [] : [[credentialId, startedAt]])),
  );
}
