import { ENTRANCE_NAME, type Entrance } from '../model/entrance.ts';
import { SiteError } from './errors.ts';
import { announce, newId, type Site, tellBackend } from './site.ts';

/**
 * The one way to write an entrance's name: trimmed, in Unicode's NFC, 1 to 200 characters without control characters. Throws `invalid_input`.
 */
export function entranceName(given: string): string {
  const name = given.trim().normalize('NFC');
  if (ENTRANCE_NAME.test(name)) return name;
  throw new SiteError(
    'invalid_input',
    "An entrance's name has 1 to 200 characters, and no control characters.",
  );
}

/** Makes an entrance. Throws `duplicate_entrance` when the name is taken, `invalid_input` when it is none. */
export function createEntrance(site: Site, given: string): Entrance {
  const name = entranceName(given);
  return site.store.transaction(() => {
    const known = site.store.entrances.withName(name);
    if (known !== null) {
      throw new SiteError('duplicate_entrance', `There is an entrance named "${name}" already.`, {
        acs_entrance_id: known.id,
      });
    }
    const entrance = site.store.entrances.insert({
      id: newId(),
      name,
      hotekMetadata: null,
      createdAt: site.clock.now(),
    });
    announce(site, 'acs_entrance.added', { acsEntranceId: entrance.id });
    tellBackend(site, 'acs_entrance.created', entrance.id, entrance);
    return entrance;
  });
}

/** Makes those of the named entrances that are missing. */
export function makeMissingEntrances(site: Site, names: readonly string[]): void {
  site.store.transaction(() => {
    for (const name of names) {
      if (site.store.entrances.withName(entranceName(name)) === null) createEntrance(site, name);
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
