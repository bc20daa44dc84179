import { isBeingWritten } from './live-writes.ts';
import { isUuid } from './mirror-ids.ts';
import { refreshReissue } from './reissue.ts';
import { noteForDesks, type Site } from './site.ts';

/**
 * Gives a credential that turned out to be one with the backend's the id that it has there, and returns it. Locks tell the issues of a
 * credential apart by its id on the cards: it must be the same wherever its cards are written. It stays as it is while somebody here
 * works with it, or when the backend's id cannot be one.
 */
export function takeBackendsId(site: Site, id: string, backendId: string): string {
  const { credentials, outbox, sharedResources, attempts } = site.store;
  const isPossible = isUuid(backendId) && credentials.get(backendId) === null;
  const isInUse = () =>
    isBeingWritten(site, id) ||
    attempts.live().some(({ order }) => order.action === 'ENCODE_CREDENTIAL' && order.credentialId === id);
  if (credentials.get(id) === null || !isPossible || isInUse()) return id;
  const [before, after] = [
    { kind: 'acs_credential', id },
    { kind: 'acs_credential', id: backendId },
  ] as const;
  credentials.rename(id, backendId);
  const renamed = credentials.get(backendId);
  // A card that was written with its old id says another one now.
  if (renamed !== null) refreshReissue(site, renamed);
  outbox.rename(before, backendId);
  sharedResources.forget(before);
  noteForDesks(site, before, true);
  noteForDesks(site, after, false);
  return backendId;
}
