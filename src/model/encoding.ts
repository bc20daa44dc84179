import { type Card, hasRandomUid } from './card.ts';
import type { CardContent, CardContents } from './card-record.ts';
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
  /** Nothing is on it, and nothing would be written on it. */
  | 'card_without_number'
  | 'card_format_unsupported'
  | 'card_locked'
  | 'credential_on_another_card'
  | 'card_carries_another_credential';

/** Why the card must not be written; null: it may be. */
export function encodingRefusal(facts: EncodingFacts): EncodingRefusal | null {
  const { card, contents, credential } = facts;
  if (hasRandomUid(card)) return 'card_number_changes';
  if (contents.format === 'uid_only' && contents.isNumberDrawn === true) return 'card_without_number';
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
  const isOthersOver = othersEnd(contents.content).every((endsAt) => isOver(endsAt, now));
  const isOwnOver = occupant?.isIssued !== true || isOver(occupant.endsAt, now);
  return isOthersOver && isOwnOver ? null : 'card_carries_another_credential';
}

/** When what another site wrote ends, if there is such a thing on the card; a stripe that does not say when never ends. */
function othersEnd(content: CardContent): readonly (number | null)[] {
  switch (content.kind) {
    case 'record':
      return content.standing === 'other_site' ? [content.record.endsAt] : [];
    case 'token':
      return content.standing === 'other_site' ? [content.token.endsAt ?? null] : [];
    default:
      return [];
  }
}

function isOver(endsAt: number | null, now: number): boolean {
  return endsAt !== null && endsAt <= now;
}
