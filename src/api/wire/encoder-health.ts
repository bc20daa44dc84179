import { z } from 'zod';
import { describeFailure, FAILURES } from '../../attempts/errors.ts';
import type { Steadiness } from '../../encoder/presence.ts';
import { HEALTH_WORDS, healthOf, type Strain, WEAR_SIGNS } from '../../model/encoder-health.ts';
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
    /** Whether it wears out: `replace` before it dies. */
    health: z.object({ word: z.enum(HEALTH_WORDS), sign: z.enum(WEAR_SIGNS).nullable(), reason: z.string() }),
    /** What it suffered in the last 7 days, by which its health is judged. */
    strain: z.object({
      exchanges: z.int(),
      retries: z.int(),
      slow_answers: z.int(),
      resets: z.int(),
      replugs: z.int(),
      torn_cards: z.int(),
    }),
  })
  .meta({ id: 'encoder_health' });

export function toEncoderHealth(
  record: EncoderRecord,
  { since, lostCount }: Steadiness,
  strain: Strain,
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
    health: healthOf(strain),
    strain: {
      exchanges: strain.exchanges,
      retries: strain.retries,
      slow_answers: strain.slowAnswers,
      resets: strain.resets,
      replugs: strain.replugs,
      torn_cards: strain.tornCards,
    },
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
