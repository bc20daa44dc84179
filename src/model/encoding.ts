import { type Card, hasRandomUid } from './card.ts';
import type { CardContents } from './card-record.ts';
import type { Credential } from './credential.ts';

/** What the site knows when a credential is to be written on a card. Times are milliseconds since 1970. */
export interface EncodingFacts {
  readonly now: number;
  readonly card: Card;
  readonly contents: CardContents;
  readonly credential: Credential;
  readonly mayReplaceLostCard: boolean;
  readonly mayOverwrite: boolean;
  /** Another credential that is on this card, as far as the site knows. */
  readonly occupant: Credential | null;
}

export type EncodingRefusal =
  | 'card_number_changes'
  | 'card_format_unsupported'
  | 'card_locked'
  | 'credential_on_another_card'
  | 'card_carries_another_credential';

/** Why the card must not be written; null: it may be. */
export function encodingRefusal(facts: EncodingFacts): EncodingRefusal | null {
  const { card, contents, credential } = facts;
  if (hasRandomUid(card)) return 'card_number_changes';
  if (contents.format === null) return 'card_format_unsupported';
  if (contents.content.kind === 'locked') return 'card_locked';
  if (isOnAnotherCard(credential, card) && !facts.mayReplaceLostCard) return 'credential_on_another_card';
  return overwritingRefusal(facts);
}

/** Whether a card other than this one carries the credential. */
export function isOnAnotherCard({ isIssued, cardUid }: Credential, card: Card): boolean {
  return isIssued && cardUid !== card.uid;
}

/** Why what is on the card must not be lost; null: it may be. A card of another site counts: nobody here can say that it is not valid. */
export function overwritingRefusal(
  facts: Pick<EncodingFacts, 'now' | 'contents' | 'occupant' | 'mayOverwrite'>,
): 'card_carries_another_credential' | null {
  const { contents, occupant, now } = facts;
  if (facts.mayOverwrite) return null;
  const { content } = contents;
  const isOthersOver =
    content.kind !== 'record' || content.standing !== 'other_site' || isOver(content.record.endsAt, now);
  const isOwnOver = occupant?.isIssued !== true || isOver(occupant.endsAt, now);
  return isOthersOver && isOwnOver ? null : 'card_carries_another_credential';
}

function isOver(endsAt: number | null, now: number): boolean {
  return endsAt !== null && endsAt <= now;
}
