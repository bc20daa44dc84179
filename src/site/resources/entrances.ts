import type { Entrance } from '../../model/entrance.ts';
import { type ResourceState, stateOf } from '../../model/resource.ts';
import { EVERY_ROW } from '../../store/paging.ts';
import { refreshReissue } from '../reissue.ts';
import type { Site } from '../site.ts';
import { ResourceConflict, requireFree } from './conflict.ts';
import { newState, validState } from './states.ts';

/** The greatest number of an entrance that a card can name. */
const LAST_NUMBER = 65_535;

/**
 * Stores an entrance. Another one that has its number gets a number that none ever had; cards that name either by the number before must
 * be issued again. Throws ResourceConflict, also when every number was given already, and InvalidState.
 */
export function writeEntrance(site: Site, id: string, given: ResourceState): void {
  const { entrances } = site.store;
  const name = { kind: 'acs_entrance', id } as const;
  const before = entrances.get(id);
  const known =
    before === null
      ? newState(name, site.clock.now(), { number: freeNumber(site), ...given })
      : { ...stateOf(before), ...given };
  const after: Entrance = { id, ...validState(name, known) };
  requireFree(name, 'name', entrances.withName(after.name));
  const rival = entrances.withNumber(after.number);
  if (rival !== null && rival.id !== id) makeRoom(site, rival);
  if (before === null) entrances.insert(after, after.number);
  else {
    entrances.update(after);
    if (before.number !== after.number) refreshCardsThatOpen(site, id);
  }
}

/** Gives an entrance a number that none ever had. */
function makeRoom(site: Site, rival: Entrance): void {
  const number = freeNumber(site);
  const { id } = rival;
  if (number > LAST_NUMBER) throw new ResourceConflict('taken', 'number', { kind: 'acs_entrance', id });
  site.store.entrances.update({ ...rival, number });
  refreshCardsThatOpen(site, id);
}

/** A number that no entrance ever had; beyond LAST_NUMBER when they are used up. */
export const freeNumber = ({ store }: Pick<Site, 'store'>): number => store.entrances.lastNumber() + 1;

function refreshCardsThatOpen(site: Site, acsEntranceId: string): void {
  for (const credential of site.store.credentials.list({ acsEntranceId }, EVERY_ROW).rows) {
    refreshReissue(site, credential);
  }
}
