import type { CardRecord, CardToken, TokenStanding } from '../../model/card-record.ts';
import type { StripeFieldName, StripeTemplates } from '../../model/stripe-layout.ts';
import { endMinutes, endOf, startMinutes, startOf, tokenOf } from '../../model/stripe-token.ts';
import type { StripeTrackOrder } from '../link.ts';
import type { SiteKeys, SiteKeyVersion } from '../site-keys.ts';
import { authenticationDigits, isSameAuthentication, tokenKey, tokenMessage } from './authentication.ts';
import { fieldWidths, laidTracks, type StripeDigits, trackText } from './layout.ts';

const GREATEST_ENTRANCE = 65_535;

/** What is to be on tracks 1, 2 and 3. */
export type StripeTexts = readonly [StripeTrackOrder, StripeTrackOrder, StripeTrackOrder];

/** What was found on a stripe, and how far it can be believed. */
export interface OpenedToken {
  readonly token: CardToken;
  readonly standing: TokenStanding;
  /** The version of the site's keys that it verifies under; null: none. */
  readonly keyVersion: number | null;
}

/**
 * The tracks of a card with this number, docs/card-formats/magstripe.md; null for those that the layout leaves alone. The same arguments give the
 * same characters. Throws a plain Error where the number is longer than its field.
 */
export function sealToken(
  record: CardRecord,
  cardNumber: string,
  templates: StripeTemplates,
  keys: SiteKeyVersion,
): StripeTexts {
  const widths = fieldWidths(templates);
  const tracks = laidTracks(templates);
  const said = digitsOf(tokenOf(record, cardNumber, widths), widths);
  const key = tokenKey(keys, record.siteId, cardNumber);
  const width = widths.get('authentication') ?? 0;
  const digits = new Map([
    ...said,
    ['authentication', authenticationDigits(key, tokenMessage(tracks, said), width)] as const,
  ]);
  const [track1, track2, track3] = templates;
  const text = (template: (typeof templates)[number]) =>
    template === null ? null : trackText(template, digits);
  return [text(track1), text(track2), text(track3)];
}

/**
 * Reads the fields of all tracks of the layout. `keys` are those of the site `siteId`: any of them may be the one. Undefined: these digits are no
 * token (its entrance is none that there can be).
 */
export function openToken(
  digits: StripeDigits,
  templates: StripeTemplates,
  siteId: string,
  keys: SiteKeys,
): OpenedToken | undefined {
  const token = tokenIn(digits);
  if ((token.entrance ?? 0) > GREATEST_ENTRANCE) return undefined;
  const message = tokenMessage(laidTracks(templates), digits);
  const found = digits.get('authentication') ?? '';
  const signer = keys.find((version) => {
    const key = tokenKey(version, siteId, token.cardNumber);
    return isSameAuthentication(authenticationDigits(key, message, found.length), found);
  });
  return {
    token,
    standing: signer === undefined ? 'other_site' : 'authentic',
    keyVersion: signer?.version ?? null,
  };
}

function digitsOf(
  { cardNumber, startsAt = null, endsAt = null, issue, entrance }: CardToken,
  widths: ReadonlyMap<StripeFieldName, number>,
): StripeDigits {
  const values: Readonly<Record<Exclude<StripeFieldName, 'authentication'>, number | string>> = {
    card_number: cardNumber,
    starts_at: startMinutes(startsAt),
    ends_at: endMinutes(endsAt),
    issue: issue?.value ?? 0,
    entrance: entrance ?? 0,
  };
  return new Map(
    [...widths].flatMap(([name, width]) =>
      name === 'authentication' ? [] : [[name, String(values[name]).padStart(width, '0')] as const],
    ),
  );
}

function tokenIn(digits: StripeDigits): CardToken {
  const startsAt = numberIn(digits, 'starts_at');
  const endsAt = numberIn(digits, 'ends_at');
  const issue = numberIn(digits, 'issue');
  const entrance = numberIn(digits, 'entrance');
  return {
    cardNumber: BigInt(digits.get('card_number') ?? '').toString(),
    ...(startsAt === undefined ? {} : { startsAt: startOf(startsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: endOf(endsAt) }),
    ...(issue === undefined ? {} : { issue: { value: issue, digits: digits.get('issue')?.length ?? 0 } }),
    ...(entrance === undefined ? {} : { entrance: entrance === 0 ? null : entrance }),
  };
}

function numberIn(digits: StripeDigits, name: StripeFieldName): number | undefined {
  const text = digits.get(name);
  return text === undefined ? undefined : Number(text);
}
