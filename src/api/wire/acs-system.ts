import { z } from 'zod';
import { SYSTEM_TYPE_LABELS, SYSTEM_TYPES } from '../../model/system-type.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

/** Always empty: a desk has none to tell. */
const remarks = z.array(z.never());

export const acsSystem = z
  .object({
    acs_system_id: z.uuid(),
    workspace_id: z.uuid(),
    connected_account_id: z.uuid(),
    connected_account_ids: z.array(z.uuid()),
    name: z.string(),
    created_at: isoTime,
    external_type: z.enum(SYSTEM_TYPES).optional(),
    external_type_display_name: z.string().optional(),
    /** Seam's older names for the two. */
    system_type: z.enum(SYSTEM_TYPES).optional(),
    system_type_display_name: z.string().optional(),
    is_credential_manager: z.literal(true),
    default_credential_manager_acs_system_id: z.uuid(),
    location: z.object({ time_zone: z.string().nullable() }),
    image_url: z.string(),
    image_alt_text: z.string(),
    errors: remarks,
    warnings: remarks,
  })
  .meta({ id: 'acs_system' });

export function toAcsSystem({ identity, settings }: Site): z.input<typeof acsSystem> {
  const label = settings.externalType === null ? undefined : SYSTEM_TYPE_LABELS[settings.externalType];
  return {
    acs_system_id: identity.acsSystemId,
    workspace_id: identity.workspaceId,
    connected_account_id: identity.connectedAccountId,
    connected_account_ids: [identity.connectedAccountId],
    name: settings.name,
    created_at: toIsoTime(identity.createdAt),
    external_type: settings.externalType ?? undefined,
    external_type_display_name: label,
    system_type: settings.externalType ?? undefined,
    system_type_display_name: label,
    is_credential_manager: true,
    default_credential_manager_acs_system_id: identity.acsSystemId,
    location: { time_zone: settings.timeZone },
    image_url: 'data:,',
    image_alt_text: settings.name,
    errors: [],
    warnings: [],
  };
}
