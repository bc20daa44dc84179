import { ENTRANCE_NAME, type Entrance, type HotekEntrance } from '../model/entrance.ts';
import { stateOf } from '../model/resource.ts';
import { creation, deletion, update } from '../model/resource-change.ts';
import { SiteError } from './errors.ts';
import { removeEntrance } from './resources/removal.ts';
import { announce, newId, type Site, tell } from './site.ts';

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

/** The greatest number of an entrance that a card can name. */
const LAST_NUMBER = 65_535;

/**
 * Makes an entrance; `hotekMetadata` is what the lock system calls it, when a report of it makes the entrance. Throws `duplicate_entrance` when the name is taken, `invalid_input`
 * when it is none, or when every number was given already.
 */
export function createEntrance(
  site: Site,
  given: string,
  hotekMetadata: HotekEntrance | null = null,
): Entrance {
  const name = entranceName(given);
  return site.store.transaction(() => {
    const known = site.store.entrances.withName(name);
    if (known !== null) {
      throw new SiteError('duplicate_entrance', `There is an entrance named "${name}" already.`, {
        acs_entrance_id: known.id,
      });
    }
    if (site.store.entrances.lastNumber() >= LAST_NUMBER) {
      throw new SiteError(
        'invalid_input',
        `All ${LAST_NUMBER} numbers that cards can name were given to entrances: no more can be made at this site.`,
      );
    }
    const entrance = site.store.entrances.insert({
      id: newId(),
      name,
      hotekMetadata,
      isMadeByReport: hotekMetadata !== null,
      createdAt: site.clock.now(),
    });
    announce(site, 'acs_entrance.added', { acsEntranceId: entrance.id });
    tell(site, creation('acs_entrance', entrance.id, stateOf(entrance), 'acs_entrance.added'));
    return entrance;
  });
}

/**
 * Removes an entrance; nothing opens it any more, and its number is never given again. Cards that say otherwise must be issued again.
 * Throws `acs_entrance_not_found`.
 */
export function deleteEntrance(site: Site, id: string): void {
  site.store.transaction(() => {
    findEntrance(site, id);
    removeEntrance(site, id);
    announce(site, 'acs_entrance.removed', { acsEntranceId: id });
    tell(site, deletion('acs_entrance', id, 'acs_entrance.removed'));
  });
}

/** Notes what the lock system calls an entrance, or who made it. */
export function changeEntrance(
  site: Site,
  before: Entrance,
  changes: Partial<Pick<Entrance, 'hotekMetadata' | 'isMadeByReport'>>,
): void {
  site.store.transaction(() => {
    const after = { ...before, ...changes };
    site.store.entrances.update(after);
    tell(site, update('acs_entrance', before.id, stateOf(before), stateOf(after)));
  });
}

/** Makes those of the named entrances that are missing. The others are made here from now on: no report removes them. */
export function makeMissingEntrances(site: Site, names: readonly string[]): void {
  site.store.transaction(() => {
    for (const name of names) {
      const known = site.store.entrances.withName(entranceName(name));
      if (known === null) createEntrance(site, name);
      else if (known.isMadeByReport) changeEntrance(site, known, { isMadeByReport: false });
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
