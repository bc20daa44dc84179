import type { SiteEvent } from '../model/event.ts';
import { SiteError } from './errors.ts';
import type { Site } from './site.ts';

/** Throws `event_not_found`. */
export function findEvent(site: Site, id: string): SiteEvent {
  const event = site.store.events.get(id);
  if (event === null)
    throw new SiteError('event_not_found', `There is no event ${id} here.`, { event_id: id });
  return event;
}
