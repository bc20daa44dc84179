import { z } from 'zod';
import { ENTRANCE_NAME, type Entrance } from '../../model/entrance.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

const remark = { message: z.string(), created_at: isoTime };

/** An entrance's name in a request. */
export const entranceNameParameter = z
  .string()
  .trim()
  .normalize('NFC')
  .regex(ENTRANCE_NAME, 'Expected 1 to 200 characters, and no control characters');

export const acsEntrance = z
  .object({
    acs_entrance_id: z.uuid(),
    acs_system_id: z.uuid(),
    connected_account_id: z.uuid(),
    display_name: z.string(),
    /** What locks and cards call it. */
    number: z.int().min(1).max(65_535),
    can_unlock_with_card: z.literal(true),
    space_ids: z.array(z.uuid()),
    created_at: isoTime,
    errors: z.array(z.object({ error_code: z.string(), ...remark })),
    warnings: z.array(z.object({ warning_code: z.string(), ...remark })),
  })
  .meta({ id: 'acs_entrance' });

export function toAcsEntrance(
  { id, number, name, createdAt }: Entrance,
  { identity }: Site,
): z.input<typeof acsEntrance> {
  return {
    acs_entrance_id: id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    display_name: name,
    number,
    can_unlock_with_card: true,
    space_ids: [],
    created_at: toIsoTime(createdAt),
    errors: [],
    warnings: [],
  };
}
