import { type Card, hasRandomUid } from './card.ts';
import type { Credential } from './credential.ts';

/** What the site knows when a scanned card is to be given to somebody. */
export interface AssignmentFacts {
  readonly card: Card;
  /** The credential that this card already is, if the site knows the card. */
  readonly known: Credential | null;
  /** The user it is meant for; null when that user is still to be made. */
  readonly acsUserId: string | null;
  /** Whether a card that nobody has registered may be taken in. */
  readonly mayEnrol: boolean;
}

export type AssignmentRefusal = 'card_number_changes' | 'card_belongs_to_another_user' | 'card_unknown';

/** What to do with the card. */
export type Assignment =
  | { readonly decision: 'enrol' }
  | { readonly decision: 'assign'; readonly credential: Credential }
  | { readonly decision: 'keep'; readonly credential: Credential }
  | { readonly decision: 'refuse'; readonly reason: AssignmentRefusal };

/** Decides to whom a scanned card belongs. A card is never taken from the user who has it. */
export function assignCard(facts: AssignmentFacts): Assignment {
  const { card, known, acsUserId, mayEnrol } = facts;
  if (hasRandomUid(card)) return { decision: 'refuse', reason: 'card_number_changes' };
  if (known === null)
    return mayEnrol ? { decision: 'enrol' } : { decision: 'refuse', reason: 'card_unknown' };
  if (known.acsUserId === null) return { decision: 'assign', credential: known };
  if (known.acsUserId === acsUserId) return { decision: 'keep', credential: known };
  return { decision: 'refuse', reason: 'card_belongs_to_another_user' };
}
