import type { Credential } from '../model/credential.ts';
import type { Site } from './site.ts';

/** Whether a credential opens doors, as far as the site knows: it is issued, not over, not to be deleted, and its holder not suspended. One that is still to begin counts. */
export function isValid(site: Site, credential: Credential): boolean {
  const { acsUserId, endsAt, isIssued, deletionAskedAt } = credential;
  const isOver = endsAt !== null && endsAt <= site.clock.now();
  if (!isIssued || isOver || deletionAskedAt !== null) return false;
  return acsUserId === null || site.store.users.get(acsUserId)?.isSuspended !== true;
}
