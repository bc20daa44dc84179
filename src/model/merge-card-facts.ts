import { CARD_FACTS, type Json, type ResourceState } from './resource.ts';
import { type FieldChange, isSame } from './resource-change.ts';

type CardFact = (typeof CARD_FACTS)[number];

type CardFacts = Readonly<Record<CardFact, Json>>;

/** Where a credential is, and what was written there: whoever tells one of them tells all. */
const PLACE = [
  'cardNumber',
  'cardUid',
  'cardTechnology',
  'cardFormat',
  'recordOnCard',
  'isIssued',
  'issuedAt',
] as const satisfies readonly CardFact[];

/** What somebody noted beside it. */
const REMARKS = ['scheduleExternallyModifiedAt', 'unfinishedWriteAt'] as const satisfies readonly CardFact[];

export interface MergedFacts {
  readonly facts: CardFacts;
  /** The credential is on two cards, and the one that was told of does not count. */
  readonly isElsewhere: boolean;
}

/**
 * What is so on cards, when one desk found or wrote something and others may have meanwhile. The greater issue counter says which of two
 * cards carries the credential: locks believe that one. Where it does not decide, what was noted first stays, and the counter goes on by
 * one, so that the next issue outranks both cards. Where a card was left behind, `hasLostCards` says so.
 */
export function mergeCardFacts(
  current: ResourceState,
  fields: Readonly<Record<string, FieldChange>>,
): MergedFacts {
  const now = factsBy((name) => current[name] ?? null);
  const from = factsBy((name) => (fields[name] === undefined ? now[name] : fields[name].from));
  const to = factsBy((name) => (fields[name] === undefined ? now[name] : fields[name].to));
  const isUntouched = CARD_FACTS.every((name) => isSame(from[name], now[name]));
  if (isUntouched) return { facts: to, isElsewhere: false };
  const both = { ...remarks(from, to, now), issueCounter: Math.max(counter(to), counter(now)) };
  const place = placeOf(from, to, now);
  switch (place) {
    case 'as told':
    case 'as here': {
      const there = place === 'as told' ? to : now;
      const hasLostCards = both.hasLostCards || isLeftBehind(from, to, now);
      return { facts: { ...there, ...both, hasLostCards }, isElsewhere: false };
    }
    case 'elsewhere': {
      const issueCounter = counter(to) === counter(now) ? counter(now) + 1 : counter(now);
      return { facts: { ...now, hasLostCards: true, issueCounter }, isElsewhere: true };
    }
  }
}

/** Which card carries the credential: the one that was told of, or the one that is known here; `elsewhere`: that one, and the other one must not count. */
function placeOf(from: CardFacts, to: CardFacts, now: CardFacts): 'as told' | 'as here' | 'elsewhere' {
  if (isSamePlace(from, to)) return 'as here';
  if (isSamePlace(from, now)) return 'as told';
  if (isSame(to.cardUid, now.cardUid)) return counter(to) >= counter(now) ? 'as told' : 'as here';
  if (to.cardUid === null) return 'as here';
  if (now.cardUid === null || counter(to) > counter(now)) return 'as told';
  return 'elsewhere';
}

/** Whether there are two cards that both sides put it on, so that one of them is out there without being its card. */
function isLeftBehind(from: CardFacts, to: CardFacts, now: CardFacts): boolean {
  const [here, there] = [now.cardUid, to.cardUid];
  return here !== null && there !== null && here !== there && here !== from.cardUid && there !== from.cardUid;
}

function remarks(from: CardFacts, to: CardFacts, now: CardFacts) {
  const told = REMARKS.map((name) => [name, isSame(from[name], to[name]) ? now[name] : to[name]] as const);
  return { ...Object.fromEntries(told), hasLostCards: to.hasLostCards === true || now.hasLostCards === true };
}

const isSamePlace = (one: CardFacts, other: CardFacts): boolean =>
  PLACE.every((name) => isSame(one[name], other[name]));

const counter = ({ issueCounter }: CardFacts): number =>
  typeof issueCounter === 'number' ? issueCounter : 0;

function factsBy(value: (name: CardFact) => Json): CardFacts {
  return {
    cardNumber: value('cardNumber'),
    cardUid: value('cardUid'),
    cardTechnology: value('cardTechnology'),
    cardFormat: value('cardFormat'),
    recordOnCard: value('recordOnCard'),
    issueCounter: value('issueCounter'),
    hasLostCards: value('hasLostCards'),
    isIssued: value('isIssued'),
    issuedAt: value('issuedAt'),
    scheduleExternallyModifiedAt: value('scheduleExternallyModifiedAt'),
    unfinishedWriteAt: value('unfinishedWriteAt'),
  };
}
