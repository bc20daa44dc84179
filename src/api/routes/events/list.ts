import { z } from 'zod';
import { isEventName, isSiteEventType } from '../../../model/event.ts';
import { defineOperation, READS } from '../../operation.ts';
import { event, toEvent } from '../../wire/event.ts';
import { idParameter, timeParameter } from '../../wire/fields.ts';

/** The list of events has no cursor, so a page may be long. */
const MOST_EVENTS = 10_000;

const someIds = z.union([z.string(), z.array(z.string())]).optional();

const eventName = z
  .string()
  .refine(isEventName, "Expected one of Seam's names of events, as acs_credential.issued");

/** Filters of Seam's by things that a desk does not have: whoever asks for one of those gets nothing, not everything. */
const notHere = {
  device_id: someIds,
  device_ids: someIds,
  access_code_id: someIds,
  access_code_ids: someIds,
  access_method_id: someIds,
  access_method_ids: someIds,
  access_grant_id: someIds,
  access_grant_ids: someIds,
  connect_webview_id: someIds,
  space_id: someIds,
  space_ids: someIds,
  customer_key: someIds,
  user_identity_id: someIds,
};

export const eventsList = defineOperation({
  path: '/events/list',
  methods: READS,
  scopes: ['read'],
  summary: 'What happened at this site, oldest first',
  input: z
    .object({
      ...notHere,
      since: timeParameter.optional(),
      between: z.tuple([timeParameter, timeParameter]).optional(),
      event_type: eventName.optional(),
      event_types: z.array(eventName).optional(),
      event_ids: z.array(idParameter).optional(),
      acs_system_id: idParameter.optional(),
      acs_system_ids: z.array(idParameter).optional(),
      connected_account_id: idParameter.optional(),
      acs_encoder_id: idParameter.optional(),
      acs_entrance_id: idParameter.optional(),
      acs_user_id: idParameter.optional(),
      acs_credential_id: idParameter.optional(),
      acs_access_group_id: idParameter.optional(),
      limit: z.int().min(1).max(MOST_EVENTS).default(500),
      unstable_offset: z.int().min(0).default(0),
    })
    .refine(
      ({ since, between }) => since !== undefined || between !== undefined,
      'Must specify either since or between',
    ),
  output: z.object({ events: z.array(event) }),
  handle: ({ input, desk: { site } }) => {
    const { acsSystemId, connectedAccountId } = site.identity;
    const systems = given(input.acs_system_ids, input.acs_system_id);
    const isElsewhere =
      Object.entries(input).some(([name, value]) => name in notHere && value !== undefined) ||
      systems?.includes(acsSystemId) === false ||
      (input.connected_account_id ?? connectedAccountId) !== connectedAccountId;
    if (isElsewhere) return { events: [] };
    const [since, before] = input.between ?? [input.since, undefined];
    const { rows } = site.store.events.list(
      {
        // A type of Seam's that this site never has matches nothing, and is no mistake.
        types: given(input.event_types, input.event_type)?.filter(isSiteEventType),
        ids: input.event_ids,
        since,
        before,
        acsEncoderId: input.acs_encoder_id,
        acsEntranceId: input.acs_entrance_id,
        acsUserId: input.acs_user_id,
        acsCredentialId: input.acs_credential_id,
        acsAccessGroupId: input.acs_access_group_id,
      },
      { after: 0, limit: input.limit, offset: input.unstable_offset },
    );
    return { events: rows.map((one) => toEvent(one, site)) };
  },
});

/** What a pair of parameters, several and one, asks for; undefined: neither was given. */
function given(
  several: readonly string[] | undefined,
  one: string | undefined,
): readonly string[] | undefined {
  return several === undefined && one === undefined
    ? undefined
    : [...(several ?? []), ...(one === undefined ? [] : [one])];
}
