import { z } from 'zod';
import { SITE_EVENT_TYPES, type SiteEventType } from '../../../model/event.ts';
import { defineOperation, READS } from '../../operation.ts';
import { event, toEvent } from '../../wire/event.ts';
import { idParameter, pageParameters, timeParameter, toPageRequest } from '../../wire/fields.ts';

export const eventsList = defineOperation({
  path: '/events/list',
  methods: READS,
  scope: 'read',
  summary: 'What happened at this site, oldest first',
  input: z
    .object({
      since: timeParameter.optional(),
      between: z.tuple([timeParameter, timeParameter]).optional(),
      event_type: z.string().optional(),
      event_types: z.array(z.string()).optional(),
      event_ids: z.array(idParameter).optional(),
      acs_encoder_id: idParameter.optional(),
      acs_user_id: idParameter.optional(),
      acs_credential_id: idParameter.optional(),
      limit: pageParameters.limit,
    })
    .refine(
      ({ since, between }) => since !== undefined || between !== undefined,
      'Must specify either since or between',
    ),
  output: z.object({ events: z.array(event) }),
  handle: ({ input, desk: { site } }) => {
    const [after, before] = input.between ?? [input.since, undefined];
    const wanted = [
      ...(input.event_types ?? []),
      ...(input.event_type === undefined ? [] : [input.event_type]),
    ];
    const page = site.store.events.list(
      {
        // A type of Seam's that this site never has matches nothing, and is no mistake.
        types: wanted.length === 0 ? undefined : wanted.filter(isSiteEventType),
        ids: input.event_ids,
        since: after,
        before,
        acsEncoderId: input.acs_encoder_id,
        acsUserId: input.acs_user_id,
        acsCredentialId: input.acs_credential_id,
      },
      toPageRequest(input),
    );
    return { events: page.rows.map((one) => toEvent(one, site)) };
  },
});

function isSiteEventType(name: string): name is SiteEventType {
  return SITE_EVENT_TYPES.some((type) => type === name);
}
