import type { Attempt } from './attempt.ts';
import type { Card } from './card.ts';
import type { Encoder } from './encoder.ts';
import type { SiteEvent } from './event.ts';
import type { ResourceName } from './resource.ts';

/** One line of what happened at the desk, as it was at that moment. */
export type Change =
  | { readonly type: 'action_attempt.changed'; readonly attempt: Attempt }
  | { readonly type: 'encoder.changed'; readonly encoder: Encoder }
  | {
      readonly type: 'card.presented';
      readonly encoderId: string;
      readonly card: Card;
      readonly cardNumber: string;
    }
  | {
      readonly type: 'card.removed';
      readonly encoderId: string;
      readonly card: Card;
      readonly cardNumber: string;
    }
  | { readonly type: 'event'; readonly event: SiteEvent }
  /** These stand otherwise with the backend than before: it took or refused something of them, a person decided, or they came in the first walk through it. */
  | { readonly type: 'sync.changed'; readonly resources: readonly ResourceName[] }
  /** A web page asks to be paired, or one that asked does not any more: it was let in, refused, or typed too many wrong codes. */
  | { readonly type: 'pairing.changed' };

/** A change and its place in the order of all changes. Sequences grow, and are never given twice. */
export interface NumberedChange {
  readonly sequence: number;
  readonly change: Change;
}
