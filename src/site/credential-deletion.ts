import type { Credential } from '../model/credential.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { findCredential, giveTo } from './credentials.ts';
import { isBeingWritten } from './live-writes.ts';
import { announce, type Site, tellBackend } from './site.ts';

/**
 * Forgets a credential. One that is being written on a card goes once that has ended, and what was written is taken back: until then it
 * is being deleted. Throws `acs_credential_not_found`.
 */
export function deleteCredential(site: Site, id: string): void {
  site.store.transaction(() => {
    const credential = findCredential(site, id);
    if (!isBeingWritten(site, id)) forget(site, credential);
    else if (credential.deletionAskedAt === null) {
      site.store.credentials.update({ ...credential, deletionAskedAt: site.clock.now() });
      // Whoever waits to write it elsewhere waits in vain.
      site.doorbell.ring();
    }
  });
}

/** Forgets the credentials that somebody asked to delete, and that nobody is writing any more. */
export function finishDeletions(site: Site): void {
  const asked = site.store.credentials.beingDeleted();
  if (asked.length === 0) return;
  site.store.transaction(() => {
    for (const credential of asked) {
      if (!isBeingWritten(site, credential.id)) forget(site, credential);
    }
  });
}

/** What becomes of a user's credentials when the user goes: cards that are known stay so and belong to nobody; codes, keys and blank cards are deleted. */
export function invalidateCredentialsOf(site: Site, acsUserId: string): void {
  for (const credential of site.store.credentials.list({ acsUserId }, EVERY_ROW).rows) {
    if (isKnownCard(credential)) {
      giveTo(site, credential, null);
      announce(site, 'acs_credential.invalidated', { acsCredentialId: credential.id });
    } else {
      deleteCredential(site, credential.id);
      const remaining = site.store.credentials.get(credential.id);
      if (remaining !== null) site.store.credentials.update({ ...remaining, acsUserId: null });
    }
  }
}

/** Whether somebody knows which card it is: it was seen, or registered by its number. */
function isKnownCard({ accessMethod, cardNumber, code }: Credential): boolean {
  return accessMethod === 'card' && (cardNumber !== null || code !== null);
}

function forget(site: Site, { id }: Credential): void {
  site.store.credentials.delete(id);
  announce(site, 'acs_credential.deleted', { acsCredentialId: id });
  tellBackend(site, 'acs_credential.deleted', id, {});
}
