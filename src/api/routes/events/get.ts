import { z } from 'zod';
import { findEvent } from '../../../site/events.ts';
import { defineOperation, READS } from '../../operation.ts';
import { event, toEvent } from '../../wire/event.ts';
import { idParameter } from '../../wire/fields.ts';

export const eventsGet = defineOperation({
  path: '/events/get',
  methods: READS,
  scope: 'read',
  summary: 'One event',
  input: z.object({ event_id: idParameter }),
  output: z.object({ event }),
  handle: ({ input, desk: { site } }) => ({ event: toEvent(findEvent(site, input.event_id), site) }),
});
