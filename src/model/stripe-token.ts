import type { CardRecord, CardToken } from './card-record.ts';
import type { StripeFieldName } from './stripe-layout.ts';

/** A stripe counts minutes from here: 2020-01-01T00:00Z. */
const FIRST_MINUTE_MS = Date.UTC(2020, 0, 1);
const MINUTE_MS = 60_000;

/** 0 as a start says that there is none; this, as an end, too. */
const NO_START = 0;
const NO_END = 99_999_999;

/** A start as a stripe has it: minutes of eight digits. One before 2020-01-01T00:01Z becomes none. `at`: milliseconds since 1970. */
export function startMinutes(at: number | null): number {
  return at === null ? NO_START : minutes(at);
}

/** An end as a stripe has it: one before 2020 becomes the first minute of it. */
export function endMinutes(at: number | null): number {
  return at === null ? NO_END : Math.min(minutes(at), NO_END - 1);
}

/** What a stripe says of the start, in milliseconds since 1970; null: none. */
export function startOf(stripeMinutes: number): number | null {
  return stripeMinutes === NO_START ? null : timeOf(stripeMinutes);
}

/** What a stripe says of the end. */
export function endOf(stripeMinutes: number): number | null {
  return stripeMinutes === NO_END ? null : timeOf(stripeMinutes);
}

/** A record with its times as a stripe keeps them. */
export function asOnStripe(record: CardRecord): CardRecord {
  return {
    ...record,
    startsAt: startOf(startMinutes(record.startsAt)),
    endsAt: endOf(endMinutes(record.endsAt)),
  };
}

/**
 * What a token says of a record, as far as it has these fields; `widths` are their digits. Of several entrances it has none: a layout with
 * that field cannot name them.
 */
export function tokenOf(
  record: CardRecord,
  cardNumber: string,
  widths: ReadonlyMap<StripeFieldName, number>,
): CardToken {
  const digits = widths.get('issue');
  const [only = null, ...others] = record.entrances;
  return {
    cardNumber,
    ...(widths.has('starts_at') ? { startsAt: startOf(startMinutes(record.startsAt)) } : {}),
    ...(widths.has('ends_at') ? { endsAt: endOf(endMinutes(record.endsAt)) } : {}),
    ...(digits === undefined ? {} : { issue: { value: issueNumber(record.issueCounter, digits), digits } }),
    ...(widths.has('entrance') ? { entrance: others.length === 0 ? only : null } : {}),
  };
}

/** In what a token differs from the record that the site wants on the card, in a clerk's words; what the token leaves out does not count. */
export function tokenDifferences(onCard: CardToken, wanted: CardRecord): readonly string[] {
  const { startsAt, endsAt, issue, entrance } = onCard;
  const isOtherIssue = issue !== undefined && issue.value !== issueNumber(wanted.issueCounter, issue.digits);
  const isOtherStart = startsAt !== undefined && startsAt !== startOf(startMinutes(wanted.startsAt));
  const isOtherEnd = endsAt !== undefined && endsAt !== endOf(endMinutes(wanted.endsAt));
  const entrances = entrance === null ? [] : [entrance];
  const isOtherEntrance = entrance !== undefined && String(entrances) !== String(wanted.entrances);
  return [
    ...(isOtherIssue ? ['the card was replaced or issued again since'] : []),
    ...(isOtherStart ? ['the start'] : []),
    ...(isOtherEnd ? ['the end'] : []),
    ...(isOtherEntrance ? ['the entrances'] : []),
  ];
}

function issueNumber(issueCounter: number, digits: number): number {
  return issueCounter % 10 ** digits;
}

function minutes(at: number): number {
  return Math.min(Math.max(Math.floor((at - FIRST_MINUTE_MS) / MINUTE_MS), 0), NO_END);
}

function timeOf(stripeMinutes: number): number {
  return FIRST_MINUTE_MS + stripeMinutes * MINUTE_MS;
}
