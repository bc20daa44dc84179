import { z } from 'zod';
import { describeFailure, FAILURES } from '../../attempts/errors.ts';
import type { Steadiness } from '../../encoder/presence.ts';
import type { EncoderRecord, FailedAttempt } from '../../site/encoder-health.ts';
import { isoTime, toIsoTime } from './fields.ts';

const lastFailure = z.object({
  action_attempt_id: z.uuid(),
  action_type: z.string(),
  failed_at: isoTime,
  reason: z.string(),
  /** What happened and what the person can do now. */
  message: z.string(),
});

export const encoderHealth = z
  .object({
    acs_encoder_id: z.uuid(),
    is_online: z.boolean(),
    /** Since when it is online, or offline. Null: the daemon has not seen it since it started. */
    state_since: isoTime.nullable(),
    /** How often it went away in the last 24 hours, as far as the daemon ran. */
    lost_count: z.int(),
    /** Attempts that were made in the last 7 days. */
    attempts: z.object({ succeeded: z.int(), failed: z.int(), pending: z.int() }),
    /** Why those failed, the most frequent reason first. */
    failures: z.array(z.object({ reason: z.string(), message: z.string(), count: z.int() })),
    /** The last one in these 7 days, but for those that were cancelled or superseded. */
    last_failure: lastFailure.nullable(),
  })
  .meta({ id: 'encoder_health' });

export function toEncoderHealth(
  record: EncoderRecord,
  { since, lostCount }: Steadiness,
): z.input<typeof encoderHealth> {
  const { encoder, succeeded, failed, pending, failures } = record;
  return {
    acs_encoder_id: encoder.id,
    is_online: encoder.isOnline,
    state_since: since === null ? null : toIsoTime(since),
    lost_count: lostCount,
    attempts: { succeeded, failed, pending },
    failures: failures.map(({ reason, count }) => ({
      reason,
      message: FAILURES[reason].sentence,
      count,
    })),
    last_failure: record.lastFailure === null ? null : toLastFailure(record.lastFailure),
  };
}

function toLastFailure(attempt: FailedAttempt): z.input<typeof lastFailure> {
  const { reason, message } = describeFailure(attempt);
  return {
    action_attempt_id: attempt.id,
    action_type: attempt.order.action,
    failed_at: toIsoTime(attempt.endedAt ?? attempt.createdAt),
    reason,
    message,
  };
}
