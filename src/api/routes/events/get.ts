import { z } from 'zod';
import { isSiteEventType, type SiteEvent } from '../../../model/event.ts';
import { findEvent } from '../../../site/events.ts';
import type { Site } from '../../../site/site.ts';
import { defineOperation, READS } from '../../operation.ts';
import { event, toEvent } from '../../wire/event.ts';
import { idParameter } from '../../wire/fields.ts';

export const eventsGet = defineOperation({
  path: '/events/get',
  methods: READS,
  scopes: ['read'],
  summary: 'One event, by its id, or the last one of a type',
  input: z
    .object({
      event_id: idParameter.optional(),
      event_type: z.string().optional(),
      device_id: z.string().optional(),
    })
    .refine(
      (input) => Object.values(input).some((value) => value !== undefined),
      'Must specify event_id, event_type or device_id',
    ),
  output: z.object({ event: event.optional(), message: z.string().optional() }),
  handle: ({ input, desk: { site } }) => {
    const found = input.event_id === undefined ? lastOf(site, input) : findEvent(site, input.event_id);
    return found === null ? { message: 'No such event has happened here.' } : { event: toEvent(found, site) };
  },
});

function lastOf(
  site: Site,
  { event_type: type, device_id }: { event_type?: string | undefined; device_id?: string | undefined },
): SiteEvent | null {
  // A desk has no devices, so nothing ever happened to one.
  if (device_id !== undefined || type === undefined || !isSiteEventType(type)) return null;
  return site.store.events.newest(type);
}
