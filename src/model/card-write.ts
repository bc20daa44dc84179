import type { Card } from './card.ts';
import type { CardImage, CardRecord } from './card-record.ts';
import { differencesOf } from './credential.ts';

/**
 * A write to a card, noted before the first byte: what is to be on it, and what was on it. Times are milliseconds since 1970.
 * While `outcome` is null the card may be half written; whoever meets a card of that uid ends the write first.
 */
export interface CardWrite {
  readonly id: string;
  readonly card: Card;
  readonly encoderId: string;
  readonly attemptId: string;
  /** The credential that is written; null: the card is erased. */
  readonly credentialId: string | null;
  /** Never of the kind `previous`: a write is taken back by its own preimage. */
  readonly image: PlannedImage;
  /** What was on the card before the first of the writes that did not end; null once the write has ended. */
  readonly preimage: Uint8Array | null;
  /** The write that had not ended when this one took its place. */
  readonly replacedId: string | null;
  readonly outcome: CardWriteOutcome | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export type PlannedImage = Exclude<CardImage, { kind: 'previous' }>;

/**
 * How a write ended. `written`: in one go. `repaired`: finished after the card was lifted, or the process killed, in the middle.
 * `rolled_back`: what was on the card before is on it again. `superseded`: another write of the same card took its place.
 * `not_begun`: nothing was changed.
 */
export type CardWriteOutcome = 'written' | 'repaired' | 'rolled_back' | 'superseded' | 'not_begun';

/** What a write on a card is for: the order itself, or to end an earlier one that did not end. */
export type WritePurpose = 'order' | 'finish' | 'roll_back';

/**
 * How an earlier write that did not end is to be ended: `finish` while the site still wants what was planned, else `roll_back`.
 * `wanted` is what a card of the write's credential must say now, null when that was deleted; a greater counter says that it was planned anew since.
 */
export function mendingOf({ image }: CardWrite, wanted: CardRecord | null): 'finish' | 'roll_back' {
  if (image.kind === 'blank') return 'finish';
  return wanted !== null && differencesOf(image.record, wanted).length === 0 ? 'finish' : 'roll_back';
}

/** What is to be written for a purpose. Throws a plain Error when the preimage is gone: then the write has ended. */
export function imageFor({ image, preimage }: CardWrite, purpose: WritePurpose): CardImage {
  if (purpose !== 'roll_back') return image;
  if (preimage === null) throw new Error('a write that has ended cannot be taken back');
  return { kind: 'previous', format: image.format, preimage };
}
