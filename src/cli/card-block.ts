import { z } from 'zod';

/** What a person reads of a card: one line a fact, names in a column. */

const credential = z.object({ acs_credential_id: z.string(), display_name: z.string() }).nullable();
const time = z.string().nullable();

const record = z.object({
  acs_system_id: z.string(),
  acs_credential_id: z.string(),
  issue_counter: z.number(),
  starts_at: time,
  ends_at: time,
  is_expired: z.boolean(),
  entrances: z.array(z.number()),
  replaces_lost_card: z.boolean(),
});

const token = z.object({
  starts_at: time.optional(),
  ends_at: time.optional(),
  is_expired: z.boolean(),
  issue: z.string().optional(),
  entrance: z.number().nullable().optional(),
});

/** The result of INSPECT_CARD. */
export const inspectedCard = z.object({
  card: z.object({ uid: z.string(), card_number: z.string().nullable(), technology: z.string() }),
  format: z.string().nullable(),
  record_standing: z.string(),
  description: z.string().nullable(),
  record: record.nullable(),
  token: token.nullable(),
  key_version: z.number().nullable(),
  capacity_bytes: z.number(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  acs_credential_on_seam: credential,
});

/** The result of SCAN_CREDENTIAL. */
export const scannedCard = z.object({
  acs_credential_on_encoder: z.object({
    card_number: z.string().nullable(),
    format: z.string().nullable(),
    record_standing: z.string(),
    starts_at: time,
    ends_at: time,
    ...record
      .pick({ acs_credential_id: true, issue_counter: true, is_expired: true, entrances: true })
      .partial().shape,
  }),
  acs_credential_on_seam: credential,
  warnings: z.array(z.object({ warning_message: z.string() })),
});

/** What stands where a number should, on a magnetic stripe without one. */
const NO_NUMBER = 'none yet: it gets one when a credential is encoded on it';

/** What lies on a card, in a technician's words. */
const STANDINGS: Readonly<Record<string, string>> = {
  authentic: 'a credential of this site, authentic',
  altered: 'a credential that was altered: not as this site wrote it',
  copied: 'a credential of this site that was copied from another card',
  other_site: 'a credential of another site',
  none: 'nothing: the card is blank',
  incomplete: 'a write that did not end; encode or erase the card again',
  locked: 'locked',
  foreign: 'something else',
};

/** A token does not say whose it is. */
const TOKEN_OF_OTHERS = 'a credential of another site, or one that was altered';

type Line = readonly [name: string, value: string];

/** A card that was inspected. */
export function cardBlock(found: z.output<typeof inspectedCard>): string[] {
  const { card, key_version } = found;
  return block([
    ['Card', card.technology],
    ['Uid', card.uid],
    ['Card number', card.card_number ?? NO_NUMBER],
    ['Format', found.format ?? 'none'],
    ['On it', onIt(found, found.description)],
    ...(found.record === null ? [] : recordLines(found.record)),
    ...(found.token === null ? [] : tokenLines(found.token)),
    ['Here', hereLine(found.acs_credential_on_seam)],
    ...(whyNotLookedAt(found) === undefined
      ? ([
          ['Keys', key_version === null ? foreignKeys(found) : `version ${key_version}`],
          ['Room', roomLine(found)],
        ] as const)
      : []),
    ...found.facts.map(({ name, value }): Line => [name, value]),
  ]);
}

/** A card that was scanned. */
export function scanBlock({
  acs_credential_on_encoder: found,
  acs_credential_on_seam,
  warnings,
}: z.output<typeof scannedCard>): string[] {
  const { acs_credential_id, issue_counter, entrances } = found;
  return block([
    ['Card number', found.card_number ?? NO_NUMBER],
    ['Format', found.format ?? 'none'],
    ['On it', onIt(found, null)],
    ...(acs_credential_id === undefined ? [] : [['Credential', acs_credential_id] as const]),
    ...(issue_counter === undefined ? [] : [['Issue', String(issue_counter)] as const]),
    ...(acs_credential_id === undefined && found.is_expired === undefined && acs_credential_on_seam === null
      ? []
      : [['Valid', validLine(found.starts_at, found.ends_at, found.is_expired === true)] as const]),
    ...(entrances === undefined ? [] : [['Entrances', entrancesLine(entrances)] as const]),
    ['Here', hereLine(acs_credential_on_seam)],
    ...warnings.map(({ warning_message }): Line => ['Mind', warning_message]),
  ]);
}

type Found = Pick<z.output<typeof inspectedCard>, 'format' | 'record_standing'>;

function onIt(found: Found, description: string | null): string {
  const reason = whyNotLookedAt(found);
  if (reason !== undefined) return `not looked at: ${reason}`;
  const isToken = found.format === 'magstripe' && found.record_standing === 'other_site';
  const standing = isToken ? TOKEN_OF_OTHERS : (STANDINGS[found.record_standing] ?? found.record_standing);
  return description === null ? standing : `${standing}: ${description}`;
}

/** Why nobody knows what is on the card, which keys it has, and how much room; undefined: it was looked at. */
function whyNotLookedAt({ format }: Found): string | undefined {
  if (format === null) return "none of this site's formats fits";
  return format === 'uid_only' ? 'the card is used by its number' : undefined;
}

/** The keys of a card that has none of this site's. */
const foreignKeys = ({ record_standing }: Found): string =>
  record_standing === 'locked' ? 'not of this site' : 'as from the factory, or none';

function recordLines(found: z.output<typeof record>): readonly Line[] {
  const lost = found.replaces_lost_card ? ', in place of a lost card' : '';
  return [
    ['Site', found.acs_system_id],
    ['Credential', found.acs_credential_id],
    ['Issue', `${found.issue_counter}${lost}`],
    ['Valid', validLine(found.starts_at, found.ends_at, found.is_expired)],
    ['Entrances', entrancesLine(found.entrances)],
  ];
}

function tokenLines({
  starts_at,
  ends_at,
  is_expired,
  issue,
  entrance,
}: z.output<typeof token>): readonly Line[] {
  const hasTimes = starts_at !== undefined || ends_at !== undefined;
  return [
    ...(issue === undefined ? [] : [['Issue', `... ${issue}`] as const]),
    ...(hasTimes ? [['Valid', validLine(starts_at ?? null, ends_at ?? null, is_expired)] as const] : []),
    ...(entrance === undefined
      ? []
      : [['Entrances', entrancesLine(entrance === null ? [] : [entrance])] as const]),
  ];
}

const roomLine = ({ format, capacity_bytes }: z.output<typeof inspectedCard>): string =>
  `${capacity_bytes} ${format === 'magstripe' ? 'characters' : 'bytes'} for a credential`;

function validLine(startsAt: string | null, endsAt: string | null, isExpired: boolean): string {
  const over = isExpired ? ' (expired)' : '';
  return `from ${startsAt ?? 'the beginning'} until ${endsAt ?? 'further notice'}${over}`;
}

const entrancesLine = (numbers: readonly number[]): string =>
  numbers.length === 0 ? 'none' : numbers.join(', ');

const hereLine = (known: z.output<typeof credential>): string =>
  known === null ? 'not registered' : `${known.display_name}, ${known.acs_credential_id}`;

function block(lines: readonly Line[]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
