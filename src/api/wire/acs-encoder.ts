import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import type { Encoder } from '../../model/encoder.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

export const acsEncoder = z
  .object({
    acs_encoder_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    workspace_id: z.uuid(),
    display_name: z.string(),
    created_at: isoTime,
    errors: z.array(
      z.object({ error_code: z.literal('acs_encoder_removed'), message: z.string(), created_at: isoTime }),
    ),
    state: z.enum(['online', 'busy', 'offline']),
    driver: z.string(),
    capabilities: z.object({
      card_technologies: z.array(z.enum(CARD_TECHNOLOGIES)),
    }),
    is_virtual: z.boolean(),
  })
  .meta({ id: 'acs_encoder' });

export function toAcsEncoder(encoder: Encoder, { identity }: Site): z.input<typeof acsEncoder> {
  return {
    acs_encoder_id: encoder.id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    workspace_id: identity.workspaceId,
    display_name: encoder.name,
    created_at: toIsoTime(encoder.createdAt),
    errors: encoder.removedAt === null ? [] : [removed(encoder.removedAt)],
    state: encoder.isOnline ? (encoder.isBusy ? 'busy' : 'online') : 'offline',
    driver: encoder.driver,
    capabilities: { card_technologies: [...encoder.technologies] },
    is_virtual: encoder.isVirtual,
  };
}

function removed(at: number): z.input<typeof acsEncoder>['errors'][number] {
  const message = 'The encoder was reported as removed. Use another one, or report it again once it is back.';
  return { error_code: 'acs_encoder_removed', message, created_at: toIsoTime(at) };
}
