import type { Credential } from '../model/credential.ts';
import type { User } from '../model/user.ts';
import { isOver, type Validity, withinSchedule } from '../model/validity.ts';
import type { Site } from './site.ts';

/**
 * Whether a credential opens doors, as far as the site knows: it is issued, belongs to somebody who is not suspended, is not over by its
 * own times nor by its holder's access schedule, and not to be deleted. One that is still to begin counts.
 */
export function isValid(site: Site, credential: Credential): boolean {
  const { isIssued, deletionAskedAt } = credential;
  const holder = holderOf(site, credential);
  if (!isIssued || deletionAskedAt !== null || holder === null || holder.isSuspended) return false;
  return !isOver(withinSchedule(credential, holder.accessSchedule), site.clock.now());
}

/** From when until when a credential opens doors: by its own times, within its holder's access schedule. */
export function validityOf(site: Site, credential: Credential): Validity {
  return withinSchedule(credential, holderOf(site, credential)?.accessSchedule ?? null);
}

function holderOf(site: Site, { acsUserId }: Credential): User | null {
  return acsUserId === null ? null : site.store.users.get(acsUserId);
}
