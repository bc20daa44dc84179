import { isSiteEventType, type SiteEvent } from '../model/event.ts';
import { SiteError } from './errors.ts';
import type { Site } from './site.ts';

/** Throws `event_not_found`. */
export function findEvent(site: Site, id: string): SiteEvent {
  const event = site.store.events.get(id);
  if (event === null)
    throw new SiteError('event_not_found', `There is no event ${id} here.`, { event_id: id });
  return event;
}

/**
 * The last event of a type; of a device's there is none, as a desk has no devices. Throws `event_not_found`: Seam's clients take no answer
 * without an event.
 */
export function lastEvent(site: Site, type: string | undefined, deviceId: string | undefined): SiteEvent {
  const event =
    deviceId === undefined && type !== undefined && isSiteEventType(type)
      ? site.store.events.newest(type)
      : null;
  if (event === null) throw new SiteError('event_not_found', 'No such event has happened here.');
  return event;
}
