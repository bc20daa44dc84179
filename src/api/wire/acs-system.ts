import { z } from 'zod';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

const remarks = z.array(z.object({ message: z.string(), created_at: isoTime }));

export const acsSystem = z
  .object({
    acs_system_id: z.uuid(),
    workspace_id: z.uuid(),
    connected_account_id: z.uuid(),
    connected_account_ids: z.array(z.uuid()),
    name: z.string(),
    created_at: isoTime,
    is_credential_manager: z.boolean(),
    location: z.object({ time_zone: z.string().nullable() }),
    image_url: z.string(),
    image_alt_text: z.string(),
    errors: remarks,
    warnings: remarks,
  })
  .meta({ id: 'acs_system' });

export function toAcsSystem({ identity, settings }: Site): z.input<typeof acsSystem> {
  return {
    acs_system_id: identity.acsSystemId,
    workspace_id: identity.workspaceId,
    connected_account_id: identity.connectedAccountId,
    connected_account_ids: [identity.connectedAccountId],
    name: settings.name,
    created_at: toIsoTime(identity.createdAt),
    is_credential_manager: false,
    location: { time_zone: settings.timeZone },
    image_url: 'data:,',
    image_alt_text: settings.name,
    errors: [],
    warnings: [],
  };
}
