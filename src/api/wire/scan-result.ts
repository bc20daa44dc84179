import { z } from 'zod';
import type { AttemptResult } from '../../model/attempt.ts';
import type { CardContent, CardRecord, CardToken } from '../../model/card-record.ts';
import type { Credential } from '../../model/credential.ts';
import { NOT_ITS_CARD } from '../../site/scanned-card.ts';
import type { Site } from '../../site/site.ts';
import { acsCredential, toAcsCredential } from './acs-credential.ts';
import { cardRecord, cardState, ownRecord, toCardRecord, toCardState, toCardToken } from './card-findings.ts';
import { isoTime, toIsoTime } from './fields.ts';

const cardOnEncoder = z.object({
  created_at: isoTime.nullable(),
  is_issued: z.boolean().nullable(),
  starts_at: isoTime.nullable(),
  ends_at: isoTime.nullable(),
  card_number: z.string().nullable(),
  ...cardState,
  // Of a record that this site wrote; of its token, what it says of these.
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
  const said = authentic(findings.content);
  const { startsAt = credential?.startsAt, endsAt = credential?.endsAt } = said ?? {};
  const record = ownRecord(findings);
  const time = (at: number | null | undefined) => (at == null ? null : toIsoTime(at));
  return {
    created_at: time(credential?.createdAt),
    is_issued: said !== null || (credential?.isIssued ?? null),
    starts_at: time(startsAt),
    ends_at: time(endsAt),
    card_number: cardNumber,
    ...toCardState(findings),
    ...(record === null ? {} : summaryOf(toCardRecord(record, site))),
    ...tokenSummary(findings.content, site),
  };
}

/** What the card itself says, where that can be believed; a token may leave times out. */
function authentic(content: CardContent): CardRecord | CardToken | null {
  if (content.kind === 'record') return content.standing === 'authentic' ? content.record : null;
  if (content.kind === 'token') return content.standing === 'authentic' ? content.token : null;
  return null;
}

/** A token names no credential, and only the last digits of its issue. */
function tokenSummary(
  content: CardContent,
  site: Site,
): Pick<z.input<typeof cardOnEncoder>, 'is_expired' | 'entrances'> {
  if (content.kind !== 'token' || content.standing !== 'authentic') return {};
  const { ends_at, is_expired, entrance } = toCardToken(content.token, site);
  return {
    ...(ends_at === undefined ? {} : { is_expired }),
    ...(entrance === undefined ? {} : { entrances: entrance === null ? [] : [entrance] }),
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
    const warning_message = `This card is not registered here${foreignWords(findings.content)}.`;
    return [{ warning_code: 'acs_credential_on_seam_not_found', warning_message }];
  }
  if (differences.length === 0) return [];
  const warning_message = `The card and the site differ: ${differences.join(', ')}. ${adviceOn(differences, credential)}`;
  return [{ warning_code: 'acs_credential_on_encoder_out_of_sync', warning_message }];
}

function foreignWords(content: CardContent): string {
  if ((content.kind !== 'record' && content.kind !== 'token') || content.standing !== 'other_site') return '';
  const altered = content.kind === 'token' ? ', or one that was altered' : '';
  return `: it carries a credential of another site${altered}`;
}

/** A credential that is on another card cannot be encoded on this one again. */
function adviceOn(differences: readonly string[], { isIssued }: Credential): string {
  if (!differences.includes(NOT_ITS_CARD)) return 'Encode the credential on the card again.';
  return isIssued
    ? 'This card was replaced: take it in and erase it.'
    : 'No card carries this credential now: take this card in and erase it, or encode the credential on it again.';
}
