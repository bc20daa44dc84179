import { z } from 'zod';
import { ENTRANCE_NAME, type Entrance } from '../../model/entrance.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

/** Always empty: a desk has none to tell. */
const remarks = z.array(z.never());

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
    can_unlock_with_code: z.literal(true),
    /** What the lock system calls it, as it was reported. */
    hotek_metadata: z
      .object({
        room_number: z.string().optional(),
        common_area_number: z.string().optional(),
        common_area_name: z.string().optional(),
      })
      .optional(),
    space_ids: z.array(z.uuid()),
    created_at: isoTime,
    errors: remarks,
    warnings: remarks,
  })
  .meta({ id: 'acs_entrance' });

export function toAcsEntrance(
  { id, number, name, hotekMetadata, createdAt }: Entrance,
  { identity }: Site,
): z.input<typeof acsEntrance> {
  return {
    acs_entrance_id: id,
    acs_system_id: identity.acsSystemId,
    connected_account_id: identity.connectedAccountId,
    display_name: name,
    number,
    can_unlock_with_card: true,
    can_unlock_with_code: true,
    hotek_metadata: hotekMetadata ?? undefined,
    space_ids: [],
    created_at: toIsoTime(createdAt),
    errors: [],
    warnings: [],
  };
}
