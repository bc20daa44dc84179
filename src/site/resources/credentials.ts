import { type Credential, PLAIN_CREDENTIAL } from '../../model/credential.ts';
import { credentialState, type ResourceState } from '../../model/resource.ts';
import { refreshReissue } from '../reissue.ts';
import type { Site } from '../site.ts';
import { requireEach, requireEntrances, requireFree } from './conflict.ts';
import { newState, validState } from './states.ts';

/** Of a credential that is new here: what each desk works out for itself. */
const UNDECIDED = {
  userIdentityId: null,
  needsReissue: false,
  reissueNeededAt: null,
  deletionAskedAt: PLAIN_CREDENTIAL.deletionAskedAt,
} as const satisfies Partial<Credential>;

/** Stores a credential, and notes whether its card must be issued again. Throws ResourceConflict and InvalidState. */
export function writeCredential(site: Site, id: string, given: ResourceState): void {
  const { credentials, users } = site.store;
  const name = { kind: 'acs_credential', id } as const;
  const before = credentials.get(id);
  const known =
    before === null ? newState(name, site.clock.now(), given) : { ...credentialState(before), ...given };
  const after: Credential = { ...UNDECIDED, ...before, id, ...validState(name, known) };
  const { acsUserId, code, cardNumber, cardUid, entranceIds } = after;
  if (acsUserId !== null) requireEach('acs_user', 'acsUserId', [acsUserId], users.get);
  requireEntrances(site, 'entranceIds', entranceIds);
  if (code !== null) requireFree(name, 'code', credentials.withCode(code));
  if (cardNumber !== null) requireFree(name, 'cardNumber', credentials.withCardNumber(cardNumber));
  if (cardUid !== null) requireFree(name, 'cardUid', credentials.withCardUid(cardUid));
  if (before === null) credentials.insert(after);
  else credentials.update(after);
  refreshReissue(site, after);
  // Whoever waits to write it waits in vain.
  if (acsUserId === null) site.doorbell.ring();
}
