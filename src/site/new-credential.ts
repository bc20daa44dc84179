import { type Credential, PLAIN_CREDENTIAL, type VendorMetadata } from '../model/credential.ts';
import { credentialState } from '../model/resource.ts';
import { creation } from '../model/resource-change.ts';
import { checkCode, drawCode } from './credential-codes.ts';
import { checkCardTimes, findCredential, NO_CARD } from './credentials.ts';
import { SiteError } from './errors.ts';
import { announce, newId, type Site, tell } from './site.ts';

export interface NewCredential {
  readonly accessMethod: Credential['accessMethod'];
  readonly acsUserId: string;
  /** Null: of a PIN, one is drawn. Of a card: the number that is printed on it, or by which readers know it. */
  readonly code: string | null;
  /** One that is past becomes now. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** What it opens; the entrances must exist. */
  readonly entranceIds: readonly string[];
  readonly isMultiPhoneSync?: boolean;
  readonly isOneTimeUse?: boolean;
  readonly vendorMetadata?: VendorMetadata;
  /** The credentials whose cards it joins; they must exist. */
  readonly joinedIds?: readonly string[];
}

/**
 * Makes a PIN, which is issued at once; a card that is still to be issued; or a key for a phone. The user must exist.
 * Throws `duplicate_code`, `acs_credential_not_found` for one that it joins, and `invalid_input` for times that cannot be, a code that
 * cannot be, and a key for every phone that is no mobile key.
 */
export function createCredential(site: Site, order: NewCredential): Credential {
  return site.store.transaction(() => {
    const { accessMethod, acsUserId, isMultiPhoneSync = false, joinedIds = [] } = order;
    if (isMultiPhoneSync && accessMethod !== 'mobile_key') {
      const message =
        'Only a credential with access_method "mobile_key" can be a multi-phone sync credential.';
      throw new SiteError('invalid_input', message);
    }
    for (const id of joinedIds) findCredential(site, id);
    const now = site.clock.now();
    const isCode = accessMethod === 'code';
    const credential: Credential = {
      ...NO_CARD,
      ...PLAIN_CREDENTIAL,
      id: newId(),
      accessMethod,
      acsUserId,
      userIdentityId: site.store.users.get(acsUserId)?.userIdentityId ?? null,
      code: codeFor(site, order),
      ...scheduleFrom(order, now),
      entranceIds: order.entranceIds,
      isMultiPhoneSync,
      isOneTimeUse: order.isOneTimeUse ?? false,
      vendorMetadata: order.vendorMetadata ?? {},
      issueCounter: 0,
      hasLostCards: false,
      isIssued: isCode,
      issuedAt: isCode ? now : null,
      createdAt: now,
    };
    checkCardTimes(credential);
    site.store.credentials.insert(credential);
    const event = isCode ? 'acs_credential.issued' : null;
    if (event !== null) announce(site, event, { acsCredentialId: credential.id });
    tell(site, creation('acs_credential', credential.id, credentialState(credential), event));
    return credential;
  });
}

function codeFor(site: Site, { accessMethod, code }: NewCredential): string | null {
  if (code !== null) checkCode(site, { id: null, accessMethod }, code);
  return code === null && accessMethod === 'code' ? drawCode(site) : code;
}

/** Nothing begins in the past. Throws `invalid_input` for an end that is not after the start, or past. */
function scheduleFrom(
  { startsAt, endsAt }: Pick<Credential, 'startsAt' | 'endsAt'>,
  now: number,
): Pick<Credential, 'startsAt' | 'endsAt' | 'scheduleModifiedAt'> {
  const isPast = startsAt !== null && startsAt < now;
  if (endsAt !== null && endsAt <= Math.max(now, startsAt ?? now)) {
    throw new SiteError('invalid_input', 'ends_at must be in the future and after starts_at.');
  }
  return { startsAt: isPast ? now : startsAt, endsAt, scheduleModifiedAt: isPast ? now : null };
}
