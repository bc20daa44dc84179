import type { ResourceName } from '../model/resource.ts';
import { announceGone } from './mirror-events.ts';
import { readResource, removeResource } from './resources.ts';
import { noteForDesks, type Site, tell } from './site.ts';

/**
 * Removes a thing that the backend does not have, and announces it. What became of other things by it, the backend knows by itself; but where
 * it was not told yet what this desk did with one of them, it is told of that, too. Nothing happens where there is no such thing.
 */
export function removeHere(site: Site, name: ResourceName): void {
  if (readResource(site, name) === null) return;
  for (const change of removeResource(site, name)) {
    if (site.store.outbox.isUnsettled(change)) tell(site, change);
  }
  // A credential that is being written goes once that has ended.
  if (readResource(site, name) !== null) return;
  announceGone(site, name);
  noteForDesks(site, name, true);
}
