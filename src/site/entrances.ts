import type { Entrance } from '../model/entrance.ts';
import { SiteError } from './errors.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';

/** Makes an entrance. Throws `duplicate_entrance` when the name is taken. */
export function createEntrance(site: Site, name: string): Entrance {
  return site.store.transaction(() => {
    const known = site.store.entrances.withName(name);
    if (known !== null) {
      throw new SiteError('duplicate_entrance', `There is an entrance named "${name}" already.`, {
        acs_entrance_id: known.id,
      });
    }
    const entrance = site.store.entrances.insert({ id: newId(), name, createdAt: site.clock.now() });
    announce(site, 'acs_entrance.added', { acsEntranceId: entrance.id });
    tellBackend(site, 'acs_entrance.created', entrance.id, entrance);
    return entrance;
  });
}

/** Makes those of the named entrances that are missing. */
export function makeMissingEntrances(site: Site, names: readonly string[]): void {
  site.store.transaction(() => {
    for (const name of names) {
      if (site.store.entrances.withName(name) === null) createEntrance(site, name);
    }
  });
}

/** Throws `acs_entrance_not_found`. */
export function findEntrance(site: Site, id: string): Entrance {
  const entrance = site.store.entrances.get(id);
  if (entrance === null) {
    throw new SiteError('acs_entrance_not_found', `There is no entrance ${id} here.`, {
      acs_entrance_id: id,
    });
  }
  return entrance;
}
