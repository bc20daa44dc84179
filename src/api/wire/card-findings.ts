import { z } from 'zod';
import type { CardFindings } from '../../model/attempt.ts';
import { CARD_FORMATS } from '../../model/card-format.ts';
import type { CardRecord, CardToken } from '../../model/card-record.ts';
import type { Site } from '../../site/site.ts';
import { isoTime, toIsoTime } from './fields.ts';

/** What lies on a card where its format puts the record, and how far a record there can be believed. */
const RECORD_STANDINGS = [
  'authentic',
  'altered',
  'copied',
  'other_site',
  'none',
  'incomplete',
  'locked',
  'foreign',
] as const;

type WireStanding = (typeof RECORD_STANDINGS)[number];

/** What a scan and an inspection both say of what is on the card. */
export const cardState = {
  format: z.enum(CARD_FORMATS).nullable(),
  record_standing: z.enum(RECORD_STANDINGS),
};

/** What a record says, as it stands on the card. */
export const cardRecord = z.object({
  acs_system_id: z.string(),
  acs_credential_id: z.string(),
  issue_counter: z.int(),
  starts_at: isoTime.nullable(),
  ends_at: isoTime.nullable(),
  /** Whether `ends_at` is past now. */
  is_expired: z.boolean(),
  /** Numbers of entrances. */
  entrances: z.array(z.int()),
  replaces_lost_card: z.boolean(),
});

/** What a token says, as it stands on a magnetic stripe. What the site's layout leaves out is absent. */
export const cardToken = z.object({
  card_number: z.string(),
  starts_at: isoTime.nullable().optional(),
  ends_at: isoTime.nullable().optional(),
  /** Whether `ends_at` is past now. */
  is_expired: z.boolean(),
  /** The last digits of the issue counter. */
  issue: z.string().optional(),
  /** Number of the only entrance; null: none. */
  entrance: z.int().nullable().optional(),
});

/** Everything that was found on a card, for a technician. */
export const cardFindings = {
  ...cardState,
  /** What else lies there, or why the card cannot be opened. */
  description: z.string().nullable(),
  record: cardRecord.nullable(),
  token: cardToken.nullable(),
  /** The version of the site's keys that the card is locked with. */
  key_version: z.int().nullable(),
  /** How long a record may be on this card; of a magnetic stripe, the characters on the tracks of the site's layout. */
  capacity_bytes: z.int(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
};

export function toCardState({ format, content }: CardFindings): {
  format: CardFindings['format'];
  record_standing: WireStanding;
} {
  switch (content.kind) {
    case 'record':
    case 'token':
      return { format, record_standing: content.standing };
    case 'blank':
      return { format, record_standing: 'none' };
    case 'incomplete':
    case 'locked':
    case 'foreign':
      return { format, record_standing: content.kind };
  }
}

export function toCardRecord(record: CardRecord, { clock }: Site): z.input<typeof cardRecord> {
  return {
    acs_system_id: record.siteId,
    acs_credential_id: record.credentialId,
    issue_counter: record.issueCounter,
    starts_at: record.startsAt === null ? null : toIsoTime(record.startsAt),
    ends_at: record.endsAt === null ? null : toIsoTime(record.endsAt),
    is_expired: record.endsAt !== null && record.endsAt <= clock.now(),
    entrances: [...record.entrances],
    replaces_lost_card: record.replacesLostCard,
  };
}

export function toCardToken(token: CardToken, { clock }: Site): z.input<typeof cardToken> {
  const { cardNumber, startsAt, endsAt, issue, entrance } = token;
  const time = (at: number | null) => (at === null ? null : toIsoTime(at));
  return {
    card_number: cardNumber,
    ...(startsAt === undefined ? {} : { starts_at: time(startsAt) }),
    ...(endsAt === undefined ? {} : { ends_at: time(endsAt) }),
    is_expired: endsAt != null && endsAt <= clock.now(),
    ...(issue === undefined ? {} : { issue: String(issue.value).padStart(issue.digits, '0') }),
    ...(entrance === undefined ? {} : { entrance }),
  };
}

/** The record, when this site wrote it, for this card or for another one. Anything else on a card is nobody's word. */
export function ownRecord({ content }: CardFindings): CardRecord | null {
  if (content.kind !== 'record') return null;
  return content.standing === 'authentic' || content.standing === 'copied' ? content.record : null;
}

export function toCardFindings(findings: CardFindings, site: Site) {
  const { content, keyVersion, capacityBytes, facts } = findings;
  return {
    ...toCardState(findings),
    description: content.kind === 'foreign' || content.kind === 'locked' ? content.description : null,
    record: content.kind === 'record' ? toCardRecord(content.record, site) : null,
    token: content.kind === 'token' ? toCardToken(content.token, site) : null,
    key_version: keyVersion,
    capacity_bytes: capacityBytes,
    facts: facts.map(([name, value]) => ({ name, value })),
  };
}
