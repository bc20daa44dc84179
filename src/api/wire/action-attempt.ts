import { z } from 'zod';
import { describeFailure, HINT_SENTENCES, SEAM_ERROR_TYPES } from '../../attempts/errors.ts';
import { type Attempt, type AttemptResult, HINTS, type Hint, type Order } from '../../model/attempt.ts';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import type { Site } from '../../site/site.ts';
import { acsCredential, toAcsCredential } from './acs-credential.ts';
import { cardFindings, toCardFindings } from './card-findings.ts';
import { isoTime, toIsoTime } from './fields.ts';
import { scanResult, toScanResult } from './scan-result.ts';

const eraseResult = z.object({ card_number: z.string() });

const inspectResult = z.object({
  card: z.object({
    uid: z.string(),
    /** Null: a magnetic stripe that has none yet. */
    card_number: z.string().nullable(),
    technology: z.enum(CARD_TECHNOLOGIES),
  }),
  ...cardFindings,
  acs_credential_on_seam: acsCredential.nullable(),
});

export const actionAttempt = z
  .object({
    action_attempt_id: z.uuid(),
    action_type: z.enum([
      'SCAN_CREDENTIAL',
      'SCAN_TO_ASSIGN_CREDENTIAL',
      'ENCODE_CREDENTIAL',
      'ERASE_CARD',
      'INSPECT_CARD',
    ]),
    status: z.enum(['pending', 'success', 'error']),
    result: z.union([scanResult, acsCredential, eraseResult, inspectResult]).nullable(),
    error: z.object({ type: z.enum(SEAM_ERROR_TYPES), message: z.string(), reason: z.string() }).nullable(),
    acs_encoder_id: z.uuid(),
    phase: z.enum(['queued', 'awaiting_card', 'reading', 'writing', 'verifying', 'succeeded', 'failed']),
    /** What the person should do now, in a sentence. */
    hint: z.string().optional(),
    /** The same for a program, which has words of its own: `swipe_again`. */
    hint_code: z.enum(HINTS).optional(),
    /** Steps done while a card is written and read back. */
    progress: z.object({ done: z.int(), total: z.int() }).optional(),
    created_at: isoTime,
    expires_at: isoTime,
    /** When it succeeded or failed; absent until then, and where nobody noted it. */
    ended_at: isoTime.optional(),
    /** What a scan-to-assign did that succeeded: `kept` is no change, and cannot be undone. */
    assignment: z.enum(['enrolled', 'assigned', 'kept']).optional(),
    /** What the key or session is called that asked for it. */
    requested_by: z.string(),
    /** For whom the card is: one of the two, where it is to be assigned. */
    acs_user_id: z.string().optional(),
    user_identity_id: z.string().optional(),
    /** What is to be encoded. */
    acs_credential_id: z.string().optional(),
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
    ...toWork(attempt),
    created_at: toIsoTime(attempt.createdAt),
    expires_at: toIsoTime(attempt.expiresAt),
    ...toEnd(attempt),
    requested_by: attempt.client.name,
    ...toSubject(attempt.order),
  };
}

function toEnd(attempt: Attempt): Pick<WireAttempt, 'ended_at' | 'assignment'> {
  if (attempt.phase !== 'succeeded' && attempt.phase !== 'failed') return {};
  const how =
    attempt.phase === 'succeeded' && attempt.result.kind === 'assigned' ? attempt.result.how : undefined;
  return {
    ...(attempt.endedAt === undefined ? {} : { ended_at: toIsoTime(attempt.endedAt) }),
    ...(how === undefined ? {} : { assignment: how }),
  };
}

/** For whom the card is, or what goes on it. */
function toSubject(
  order: Order,
): Pick<WireAttempt, 'acs_user_id' | 'user_identity_id' | 'acs_credential_id'> {
  switch (order.action) {
    case 'SCAN_TO_ASSIGN_CREDENTIAL':
      return order.beneficiary.kind === 'acs_user'
        ? { acs_user_id: order.beneficiary.acsUserId }
        : { user_identity_id: order.beneficiary.userIdentityId };
    case 'ENCODE_CREDENTIAL':
      return { acs_credential_id: order.credentialId };
    default:
      return {};
  }
}

/** Whether Seam has this kind of attempt, too. */
export function isSeams({ action }: Order): boolean {
  return action !== 'ERASE_CARD' && action !== 'INSPECT_CARD';
}

function toWork(attempt: Attempt): Pick<WireAttempt, 'hint' | 'hint_code' | 'progress'> {
  switch (attempt.phase) {
    case 'awaiting_card':
      return toHint(attempt.hint);
    case 'writing':
    case 'verifying':
      return {
        ...toHint(attempt.hint),
        ...(attempt.progress === null ? {} : { progress: { ...attempt.progress } }),
      };
    default:
      return {};
  }
}

function toHint(hint: Hint): Pick<WireAttempt, 'hint' | 'hint_code'> {
  return { hint: HINT_SENTENCES[hint], hint_code: hint };
}

function toOutcome(attempt: Attempt, site: Site): Pick<WireAttempt, 'status' | 'result' | 'error'> {
  switch (attempt.phase) {
    case 'queued':
    case 'awaiting_card':
    case 'reading':
    case 'writing':
    case 'verifying':
      return { status: 'pending', result: null, error: null };
    case 'succeeded':
      return { status: 'success', result: toResult(attempt.result, site), error: null };
    case 'failed':
      return { status: 'error', result: null, error: describeFailure(attempt) };
  }
}

function toResult(result: AttemptResult, site: Site): WireAttempt['result'] {
  switch (result.kind) {
    case 'assigned':
    case 'encoded':
      return toAcsCredential(result.credential, site);
    case 'scanned':
      return toScanResult(result, site);
    case 'erased':
      return { card_number: result.cardNumber };
    case 'inspected':
      return {
        card: { ...result.card, card_number: result.cardNumber },
        ...toCardFindings(result.findings, site),
        acs_credential_on_seam: result.credential === null ? null : toAcsCredential(result.credential, site),
      };
  }
}
