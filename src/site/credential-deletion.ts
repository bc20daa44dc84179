import { deletion } from '../model/resource-change.ts';
import { findCredential } from './credentials.ts';
import { isBeingWritten } from './live-writes.ts';
import { removeCredential } from './resources/removal.ts';
import { announce, type Site, tell } from './site.ts';

/**
 * Forgets a credential. One that is being written on a card goes once that has ended, and what was written is taken back: until then it
 * is being deleted. Throws `acs_credential_not_found`.
 */
export function deleteCredential(site: Site, id: string): void {
  site.store.transaction(() => {
    removeCredential(site, findCredential(site, id));
    if (site.store.credentials.get(id) === null) tellForgotten(site, id);
  });
}

/** Forgets the credentials that somebody asked to delete, and that nobody is writing any more. */
export function finishDeletions(site: Site): void {
  const asked = site.store.credentials.beingDeleted();
  if (asked.length === 0) return;
  site.store.transaction(() => {
    for (const credential of asked) {
      if (isBeingWritten(site, credential.id)) continue;
      site.store.credentials.delete(credential.id);
      tellForgotten(site, credential.id);
    }
  });
}

function tellForgotten(site: Site, id: string): void {
  announce(site, 'acs_credential.deleted', { acsCredentialId: id });
  tell(site, deletion('acs_credential', id, 'acs_credential.deleted'));
}
