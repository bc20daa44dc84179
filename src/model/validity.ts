import type { AccessSchedule } from './user.ts';

/** From when until when something opens doors; milliseconds since 1970, null: without a beginning, or an end. */
export interface Validity {
  readonly startsAt: number | null;
  readonly endsAt: number | null;
}

/**
 * What is left of a credential's own times within its holder's access schedule: the later start and the earlier end. Where the two never
 * meet, the end is not after the start. `schedule` null: the holder's access has no times.
 */
export function withinSchedule(own: Validity, schedule: AccessSchedule | null): Validity {
  if (schedule === null) return { startsAt: own.startsAt, endsAt: own.endsAt };
  return {
    startsAt: Math.max(own.startsAt ?? schedule.startsAt, schedule.startsAt),
    endsAt:
      own.endsAt === null || schedule.endsAt === null
        ? (own.endsAt ?? schedule.endsAt)
        : Math.min(own.endsAt, schedule.endsAt),
  };
}

/** Whether it opens nothing from `now` on: its end has come, or comes before its start. */
export function isOver({ startsAt, endsAt }: Validity, now: number): boolean {
  return endsAt !== null && endsAt <= Math.max(now, startsAt ?? now);
}
