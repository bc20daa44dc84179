import { findEntrance } from './entrances.ts';
import { SiteError } from './errors.ts';
import type { Site } from './site.ts';

/** Throws `acs_system_not_found` when the id is not that of this site's one access system. */
export function checkSystem(site: Site, id: string): void {
  if (id !== site.identity.acsSystemId) {
    throw new SiteError('acs_system_not_found', `There is no access system ${id} here.`, {
      acs_system_id: id,
    });
  }
}

/** Throws `acs_entrance_not_found` for the first of these that is not here. */
export function checkEntrances(site: Site, ids: readonly string[]): void {
  for (const id of ids) findEntrance(site, id);
}
