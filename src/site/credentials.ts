import {
  type Credential,
  differencesOf,
  LAST_CARD_TIME,
  PLAIN_CREDENTIAL,
  recordOf,
} from '../model/credential.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { SiteError } from './errors.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';

export interface NewCredential {
  readonly accessMethod: Credential['accessMethod'];
  readonly acsUserId: string;
  readonly code: string | null;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** What it opens; the entrances must exist. */
  readonly entranceIds: readonly string[];
}

/** Of a credential that no card carries. */
export const NO_CARD = {
  cardNumber: null,
  cardUid: null,
  cardTechnology: null,
  cardFormat: null,
  needsReissue: false,
} as const satisfies Partial<Credential>;

/** Makes a code, or a card that is still to be issued. Throws `duplicate_code`. The user must exist. */
export function createCredential(site: Site, order: NewCredential): Credential {
  return site.store.transaction(() => {
    if (order.code !== null) requireFreeCode(site, order.code);
    requireCardTimes(order);
    const now = site.clock.now();
    const isCode = order.accessMethod === 'code';
    const credential: Credential = {
      ...order,
      id: newId(),
      userIdentityId: site.store.users.get(order.acsUserId)?.userIdentityId ?? null,
      ...NO_CARD,
      ...PLAIN_CREDENTIAL,
      issueCounter: 0,
      hasLostCards: false,
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

function requireFreeCode(site: Site, code: string): void {
  if (site.store.credentials.withCode(code) === null) return;
  throw new SiteError(
    'duplicate_code',
    'Another credential of this system has that code. Choose another code.',
  );
}

function requireCardTimes(order: Pick<Credential, 'accessMethod' | 'startsAt' | 'endsAt'>): void {
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
 * Throws `acs_credential_not_found`, `duplicate_code`, or `invalid_input` for a code on a card and an end that is past or before the start.
 */
export function updateCredential(site: Site, id: string, { code, endsAt }: CredentialUpdate): Credential {
  return site.store.transaction(() => {
    const before = findCredential(site, id);
    if (code !== undefined && before.accessMethod !== 'code') {
      throw new SiteError('invalid_input', 'Only a credential with access_method "code" has a code.');
    }
    if (code !== undefined && code !== before.code) requireFreeCode(site, code);
    if (endsAt !== undefined && endsAt <= Math.max(site.clock.now(), before.startsAt ?? 0)) {
      throw new SiteError('invalid_input', 'ends_at must be in the future and after starts_at.');
    }
    const after = { ...before, code: code ?? before.code, endsAt: endsAt ?? before.endsAt };
    requireCardTimes(after);
    const credential = { ...after, needsReissue: before.needsReissue || isOtherOnCard(before, after) };
    site.store.credentials.update(credential);
    tellBackend(site, 'acs_credential.updated', id, credential);
    return credential;
  });
}

/** Whether the card of a credential says something else after the change. */
function isOtherOnCard(before: Credential, after: Credential): boolean {
  const carriesData = before.isIssued && before.cardFormat !== null && before.cardFormat !== 'uid_only';
  return carriesData && differencesOf(recordOf(before, '', []), recordOf(after, '', [])).length > 0;
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
