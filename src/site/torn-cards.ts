import type { CardWrite } from '../model/card-write.ts';
import type { Credential } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { update } from '../model/resource-change.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { tornSince } from './live-writes.ts';
import { type Site, tell } from './site.ts';

/*
 * While this desk has a write of a credential that did not end, and nobody is working on it, other desks must know that a card may be half
 * written. The journal says so here; `unfinishedWriteAt` says so everywhere. A desk takes back only what it said itself.
 */

/** Tells, once an attempt has ended, that its write on a card did not; returns whether that is so. One statement where the write has ended. */
export function noteIfTorn(site: Site, writeId: string): boolean {
  const write = site.store.cardWrites.get(writeId);
  if (write?.outcome !== null) return false;
  if (write.credentialId !== null) refreshUnfinished(site, write.credentialId);
  return true;
}

/** Tells, once a write has ended, that no card is half written any more by it, nor by those whose place it took. `exceptId`: of this credential the caller tells it. */
export function noteMended(site: Site, write: CardWrite, exceptId: string | null = null): void {
  for (const credentialId of credentialsOf(site, write)) {
    if (credentialId !== exceptId) refreshUnfinished(site, credentialId);
  }
}

/** The credentials of a write, and of those whose place it took. */
function credentialsOf(site: Site, { credentialId, replacedId }: CardWrite): ReadonlySet<string> {
  const found = new Set(credentialId === null ? [] : [credentialId]);
  for (let id = replacedId; id !== null; ) {
    const replaced = site.store.cardWrites.get(id);
    if (replaced === null) break;
    if (replaced.credentialId !== null) found.add(replaced.credentialId);
    id = replaced.replacedId;
  }
  return found;
}

function refreshUnfinished(site: Site, credentialId: string): void {
  const credential = site.store.credentials.get(credentialId);
  if (credential === null) return;
  const unfinishedWriteAt = unfinishedSince(site, credential);
  if (unfinishedWriteAt === credential.unfinishedWriteAt) return;
  const noted = { ...credential, unfinishedWriteAt };
  site.store.credentials.update(noted);
  tell(site, update('acs_credential', credentialId, credentialState(credential), credentialState(noted)));
}

/** Since when a card may be half written with a credential, here or at another desk; null: none may. */
export function unfinishedSince(site: Site, { id, unfinishedWriteAt }: Credential): number | null {
  const here = tornSince(site, id);
  if (here !== null) return unfinishedWriteAt ?? here;
  return unfinishedWriteAt !== null && isOwn(site, id, unfinishedWriteAt) ? null : unfinishedWriteAt;
}

/** Whether it was a write of this desk that began then. */
function isOwn(site: Site, acsCredentialId: string, startedAt: number): boolean {
  const journal = site.store.cardWrites.list({ acsCredentialId }, EVERY_ROW).rows;
  return journal.some((write) => write.startedAt === startedAt);
}
