import { z } from 'zod';
import { SITE_EVENT_TYPES, type SiteEvent } from '../../model/event.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

export const event = z
  .object({
    event_id: z.uuid(),
    event_type: z.enum(SITE_EVENT_TYPES),
    workspace_id: z.uuid(),
    /** What client sessions do concerns no access system. */
    acs_system_id: z.uuid().optional(),
    connected_account_id: z.uuid().optional(),
    acs_encoder_id: z.uuid().optional(),
    acs_entrance_id: z.uuid().optional(),
    acs_user_id: z.uuid().optional(),
    acs_credential_id: z.uuid().optional(),
    acs_access_group_id: z.uuid().optional(),
    client_session_id: z.uuid().optional(),
    created_at: isoTime,
    occurred_at: isoTime,
  })
  .meta({ id: 'event' });

/** As the API, the WebSocket and webhooks tell it. */
export function toEvent(
  { id, type, occurredAt, subject }: SiteEvent,
  { identity }: Site,
): z.input<typeof event> {
  return {
    event_id: id,
    event_type: type,
    workspace_id: identity.workspaceId,
    ...(subject.clientSessionId === undefined
      ? { acs_system_id: identity.acsSystemId, connected_account_id: identity.connectedAccountId }
      : { client_session_id: subject.clientSessionId }),
    ...(subject.acsEncoderId === undefined ? {} : { acs_encoder_id: subject.acsEncoderId }),
    ...(subject.acsEntranceId === undefined ? {} : { acs_entrance_id: subject.acsEntranceId }),
    ...(subject.acsUserId === undefined ? {} : { acs_user_id: subject.acsUserId }),
    ...(subject.acsCredentialId === undefined ? {} : { acs_credential_id: subject.acsCredentialId }),
    ...(subject.acsAccessGroupId === undefined ? {} : { acs_access_group_id: subject.acsAccessGroupId }),
    created_at: toIsoTime(occurredAt),
    occurred_at: toIsoTime(occurredAt),
  };
}
