import { z } from 'zod';
import type { AttemptResult } from '../../model/attempt.ts';
import type { Credential } from '../../model/credential.ts';
import { NOT_ITS_CARD } from '../../site/scanned-card.ts';
import type { Site } from '../../site/site.ts';
import { acsCredential, toAcsCredential } from './acs-credential.ts';
import { cardRecord, cardState, ownRecord, toCardRecord, toCardState } from './card-findings.ts';
import { isoTime, toIsoTime } from './fields.ts';

const cardOnEncoder = z.object({
  created_at: isoTime.nullable(),
  is_issued: z.boolean().nullable(),
  starts_at: isoTime.nullable(),
  ends_at: isoTime.nullable(),
  card_number: z.string().nullable(),
  ...cardState,
  // Of a record that this site wrote.
  ...cardRecord
    .pick({ acs_credential_id: true, issue_counter: true, is_expired: true, entrances: true })
    .partial().shape,
});

/** What a scan brings (Seam: the result of SCAN_CREDENTIAL). */
export const scanResult = z.object({
  acs_credential_on_encoder: cardOnEncoder.nullable(),
  acs_credential_on_seam: acsCredential.nullable(),
  warnings: z.array(
    z.object({
      warning_code: z.enum(['acs_credential_on_encoder_out_of_sync', 'acs_credential_on_seam_not_found']),
      warning_message: z.string(),
    }),
  ),
});

type Scanned = Extract<AttemptResult, { kind: 'scanned' }>;

export function toScanResult(result: Scanned, site: Site): z.input<typeof scanResult> {
  const { credential } = result;
  return {
    acs_credential_on_encoder: toCardOnEncoder(result, site),
    acs_credential_on_seam: credential === null ? null : toAcsCredential(credential, site),
    warnings: warningsOf(result),
  };
}

/** The card's own times where it carries some that can be believed; else those of the credential that has this card's number. */
function toCardOnEncoder(
  { cardNumber, credential, findings }: Scanned,
  site: Site,
): z.input<typeof cardOnEncoder> {
  const { content } = findings;
  const isAuthentic = content.kind === 'record' && content.standing === 'authentic';
  const times = isAuthentic ? content.record : credential;
  const record = ownRecord(findings);
  const time = (at: number | null | undefined) => (at == null ? null : toIsoTime(at));
  return {
    created_at: time(credential?.createdAt),
    is_issued: isAuthentic || (credential?.isIssued ?? null),
    starts_at: time(times?.startsAt),
    ends_at: time(times?.endsAt),
    card_number: cardNumber,
    ...toCardState(findings),
    ...(record === null ? {} : summaryOf(toCardRecord(record, site))),
  };
}

const summaryOf = ({
  acs_credential_id,
  issue_counter,
  is_expired,
  entrances,
}: z.input<typeof cardRecord>) => ({ acs_credential_id, issue_counter, is_expired, entrances });

function warningsOf({ credential, differences, findings }: Scanned): z.input<typeof scanResult>['warnings'] {
  if (credential === null) {
    const isForeign = findings.content.kind === 'record' && findings.content.standing === 'other_site';
    const warning_message = isForeign
      ? 'This card is not registered here: it carries a credential of another site.'
      : 'This card is not registered here.';
    return [{ warning_code: 'acs_credential_on_seam_not_found', warning_message }];
  }
  if (differences.length === 0) return [];
  const warning_message = `The card and the site differ: ${differences.join(', ')}. ${adviceOn(differences, credential)}`;
  return [{ warning_code: 'acs_credential_on_encoder_out_of_sync', warning_message }];
}

/** A credential that is on another card cannot be encoded on this one again. */
function adviceOn(differences: readonly string[], { isIssued }: Credential): string {
  if (!differences.includes(NOT_ITS_CARD)) return 'Encode the credential on the card again.';
  return isIssued
    ? 'This card was replaced: take it in and erase it.'
    : 'No card carries this credential now: take this card in and erase it, or encode the credential on it again.';
}
