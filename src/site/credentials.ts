import type { Credential } from '../model/credential.ts';
import { EVERY_ROW } from '../store/store.ts';
import { SiteError } from './errors.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';

export interface NewCredential {
  readonly accessMethod: Credential['accessMethod'];
  readonly acsUserId: string;
  readonly code: string | null;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
}

/** Makes a code, or a card that is still to be issued. Throws `duplicate_code`. The user must exist. */
export function createCredential(site: Site, order: NewCredential): Credential {
  return site.store.transaction(() => {
    if (order.code !== null && site.store.credentials.withCode(order.code) !== null) {
      throw new SiteError(
        'duplicate_code',
        'Another credential of this system has that code. Choose another code.',
      );
    }
    const now = site.clock.now();
    const isCode = order.accessMethod === 'code';
    const credential: Credential = {
      ...order,
      id: newId(),
      userIdentityId: site.store.users.get(order.acsUserId)?.userIdentityId ?? null,
      cardNumber: null,
      cardUid: null,
      cardTechnology: null,
      isIssued: isCode,
      issuedAt: isCode ? now : null,
      createdAt: now,
    };
    site.store.credentials.insert(credential);
    if (isCode) announce(site, 'acs_credential.issued', { acsCredentialId: credential.id });
    tellBackend(site, 'acs_credential.created', credential.id, credential);
    return credential;
  });
}

/** Throws `acs_credential_not_found`. */
export function findCredential(site: Site, id: string): Credential {
  const credential = site.store.credentials.get(id);
  if (credential === null) {
    throw new SiteError('acs_credential_not_found', `There is no credential ${id} here.`, {
      acs_credential_id: id,
    });
  }
  return credential;
}

/**
 * Gives a credential to a user. One that the user has already stays as it is.
 * Throws `credential_belongs_to_another_user`: a credential is unassigned first, never taken.
 */
export function assignCredential(site: Site, id: string, acsUserId: string): Credential {
  return site.store.transaction(() => {
    const credential = findCredential(site, id);
    if (credential.acsUserId === acsUserId) return credential;
    if (credential.acsUserId !== null) {
      throw new SiteError(
        'credential_belongs_to_another_user',
        `The credential belongs to the user ${credential.acsUserId}. Unassign it there first.`,
        { acs_user_id: credential.acsUserId },
      );
    }
    return giveTo(site, credential, acsUserId);
  });
}

/** Takes a credential from the user who has it. Throws `acs_credential_not_found`, or `invalid_input` when that user does not have it. */
export function unassignCredential(site: Site, id: string, acsUserId: string): Credential {
  return site.store.transaction(() => {
    const credential = findCredential(site, id);
    if (credential.acsUserId !== acsUserId) {
      throw new SiteError('invalid_input', `The credential does not belong to the user ${acsUserId}.`, {
        acs_user_id: credential.acsUserId,
      });
    }
    return giveTo(site, credential, null);
  });
}

function giveTo(site: Site, credential: Credential, acsUserId: string | null): Credential {
  site.store.credentials.update({ ...credential, acsUserId });
  const given = findCredential(site, credential.id);
  tellBackend(
    site,
    acsUserId === null ? 'acs_credential.unassigned' : 'acs_credential.assigned',
    given.id,
    given,
  );
  return given;
}

/** Forgets a credential. Throws `acs_credential_not_found`. */
export function deleteCredential(site: Site, id: string): void {
  site.store.transaction(() => {
    const credential = findCredential(site, id);
    site.store.credentials.delete(credential.id);
    announce(site, 'acs_credential.deleted', { acsCredentialId: credential.id });
    tellBackend(site, 'acs_credential.deleted', credential.id, {});
  });
}

/** What becomes of a user's credentials when the user goes: codes are deleted, cards stay known and belong to nobody. */
export function invalidateCredentialsOf(site: Site, acsUserId: string): void {
  for (const credential of site.store.credentials.list({ acsUserId }, EVERY_ROW).rows) {
    if (credential.accessMethod === 'code' || credential.cardNumber === null) {
      deleteCredential(site, credential.id);
    } else {
      giveTo(site, credential, null);
      announce(site, 'acs_credential.invalidated', { acsCredentialId: credential.id });
    }
  }
}
