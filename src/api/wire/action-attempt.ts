import { z } from 'zod';
import { describeFailure, HINT_SENTENCES } from '../../attempts/errors.ts';
import type { Attempt, AttemptResult } from '../../model/attempt.ts';
import type { Site } from '../../site/site.ts';
import { acsCredential, toAcsCredential } from './acs-credential.ts';
import { isoTime, toIsoTime } from './fields.ts';

const cardOnEncoder = z.object({
  created_at: isoTime.nullable(),
  is_issued: z.boolean().nullable(),
  starts_at: isoTime.nullable(),
  ends_at: isoTime.nullable(),
  card_number: z.string().nullable(),
});

const scanResult = z.object({
  acs_credential_on_encoder: cardOnEncoder.nullable(),
  acs_credential_on_seam: acsCredential.nullable(),
  warnings: z.array(z.object({ warning_code: z.string(), warning_message: z.string() })),
});

export const actionAttempt = z
  .object({
    action_attempt_id: z.uuid(),
    action_type: z.enum(['SCAN_CREDENTIAL', 'SCAN_TO_ASSIGN_CREDENTIAL']),
    status: z.enum(['pending', 'success', 'error']),
    result: z.union([scanResult, acsCredential]).nullable(),
    error: z.object({ type: z.string(), message: z.string(), reason: z.string() }).nullable(),
    acs_encoder_id: z.uuid(),
    phase: z.enum(['queued', 'awaiting_card', 'reading', 'succeeded', 'failed']),
    hint: z.string().optional(),
    created_at: isoTime,
    expires_at: isoTime,
  })
  .meta({ id: 'action_attempt' });

type WireAttempt = z.input<typeof actionAttempt>;

export function toActionAttempt(attempt: Attempt, site: Site): WireAttempt {
  return {
    action_attempt_id: attempt.id,
    action_type: attempt.order.action,
    ...toOutcome(attempt, site),
    acs_encoder_id: attempt.encoderId,
    phase: attempt.phase,
    ...(attempt.phase === 'awaiting_card' ? { hint: HINT_SENTENCES[attempt.hint] } : {}),
    created_at: toIsoTime(attempt.createdAt),
    expires_at: toIsoTime(attempt.expiresAt),
  };
}

function toOutcome(attempt: Attempt, site: Site): Pick<WireAttempt, 'status' | 'result' | 'error'> {
  switch (attempt.phase) {
    case 'queued':
    case 'awaiting_card':
    case 'reading':
      return { status: 'pending', result: null, error: null };
    case 'succeeded':
      return { status: 'success', result: toResult(attempt.result, site), error: null };
    case 'failed':
      return { status: 'error', result: null, error: describeFailure(attempt) };
  }
}

function toResult(result: AttemptResult, site: Site): WireAttempt['result'] {
  if (result.kind === 'assigned') return toAcsCredential(result.credential, site);
  const { cardNumber, credential } = result;
  const time = (at: number | null | undefined) => (at == null ? null : toIsoTime(at));
  return {
    acs_credential_on_encoder: {
      created_at: time(credential?.createdAt),
      is_issued: credential?.isIssued ?? null,
      starts_at: time(credential?.startsAt),
      ends_at: time(credential?.endsAt),
      card_number: cardNumber,
    },
    acs_credential_on_seam: credential === null ? null : toAcsCredential(credential, site),
    warnings:
      credential === null
        ? [
            {
              warning_code: 'acs_credential_on_seam_not_found',
              warning_message: 'This card is not registered here.',
            },
          ]
        : [],
  };
}
