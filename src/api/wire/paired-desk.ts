import { z } from 'zod';
import type { PairedDesk } from '../../store/sync-tables.ts';
import { isoTime, toIsoTime, toOptionalIsoTime } from './fields.ts';

/** A desk that has this site for its backend. */
export const pairedDesk = z
  .object({
    desk_id: z.uuid(),
    name: z.string(),
    created_at: isoTime,
    /** To the minute; absent: it was never here. */
    last_seen_at: isoTime.optional(),
    /** The greatest sequence of its messages that was taken. */
    high_water_mark: z.int(),
    /** How far its clock was ahead of this one's when it was seen last. */
    skew_seconds: z.number().optional(),
  })
  .meta({ id: 'paired_desk' });

export function toPairedDesk(desk: PairedDesk): z.input<typeof pairedDesk> {
  return {
    desk_id: desk.id,
    name: desk.name,
    created_at: toIsoTime(desk.createdAt),
    last_seen_at: toOptionalIsoTime(desk.lastSeenAt),
    high_water_mark: desk.highWaterMark,
    ...(desk.skewMs === null ? {} : { skew_seconds: desk.skewMs / 1000 }),
  };
}

/** A paired desk by its name or id, in a request. */
export const deskParameter = z.string().trim().min(1).max(200);
