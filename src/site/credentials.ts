import { type Credential, LAST_CARD_TIME } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { update } from '../model/resource-change.ts';
import { checkCode } from './credential-codes.ts';
import { SiteError } from './errors.ts';
import { refreshReissue, withReissue } from './reissue.ts';
import { type Site, tell } from './site.ts';

/** Of a credential that no card carries. */
export const NO_CARD = {
  cardNumber: null,
  cardUid: null,
  cardTechnology: null,
  cardFormat: null,
  recordOnCard: null,
  needsReissue: false,
  reissueNeededAt: null,
} as const satisfies Partial<Credential>;

/** Throws `invalid_input` for times that no card can name. */
export function checkCardTimes(order: Pick<Credential, 'accessMethod' | 'startsAt' | 'endsAt'>): void {
  const times = [order.startsAt, order.endsAt].filter((at) => at !== null);
  if (order.accessMethod !== 'card' || times.every((at) => at >= 0 && at <= LAST_CARD_TIME)) return;
  throw new SiteError('invalid_input', 'The times of a card are between 1970 and 2106.');
}

export interface CredentialUpdate {
  readonly code?: string | undefined;
  readonly endsAt?: number | undefined;
}

/**
 * Changes a credential. A card that carries it says something else by then, and must be issued again.
 * Throws `acs_credential_not_found`, `duplicate_code`, or `invalid_input` for a code that cannot be and an end that is past or before the start.
 */
export function updateCredential(site: Site, id: string, { code, endsAt }: CredentialUpdate): Credential {
  return site.store.transaction(() => {
    const before = findLastingCredential(site, id);
    if (code !== undefined && code !== before.code) checkCode(site, before, code);
    if (endsAt !== undefined && endsAt <= Math.max(site.clock.now(), before.startsAt ?? 0)) {
      throw new SiteError('invalid_input', 'ends_at must be in the future and after starts_at.');
    }
    const after = { ...before, code: code ?? before.code, endsAt: endsAt ?? before.endsAt };
    checkCardTimes(after);
    const credential = withReissue(site, after);
    site.store.credentials.update(credential);
    tell(site, update('acs_credential', id, credentialState(before), credentialState(credential)));
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

/** The same for whoever wants to do something with it: one that is being deleted is not found either. */
export function findLastingCredential(site: Site, id: string): Credential {
  const credential = findCredential(site, id);
  if (credential.deletionAskedAt === null) return credential;
  throw new SiteError('acs_credential_not_found', `The credential ${id} is being deleted.`, {
    acs_credential_id: id,
  });
}

/**
 * Gives a credential to a user. One that the user has already stays as it is.
 * Throws `acs_credential_not_found`, and `credential_belongs_to_another_user`: a credential is unassigned first, never taken.
 */
export function assignCredential(site: Site, id: string, acsUserId: string): Credential {
  return site.store.transaction(() => {
    const credential = findLastingCredential(site, id);
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

/** Notes that a credential belongs to this user, or to nobody: then it opens nothing until somebody gets it. */
export function giveTo(site: Site, credential: Credential, acsUserId: string | null): Credential {
  site.store.credentials.update({ ...credential, acsUserId });
  const given = refreshReissue(site, findCredential(site, credential.id));
  tell(site, update('acs_credential', given.id, credentialState(credential), credentialState(given)));
  // Whoever waits to write it waits in vain.
  if (acsUserId === null) site.doorbell.ring();
  return given;
}
