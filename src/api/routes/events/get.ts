import { z } from 'zod';
import { findEvent, lastEvent } from '../../../site/events.ts';
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
  output: z.object({ event }),
  handle: ({ input, desk: { site } }) => ({
    event: toEvent(
      input.event_id === undefined
        ? lastEvent(site, input.event_type, input.device_id)
        : findEvent(site, input.event_id),
      site,
    ),
  }),
});
