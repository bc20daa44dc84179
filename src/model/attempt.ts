import type { AssignmentRefusal } from './assignment.ts';
import type { Card } from './card.ts';
import type { Credential } from './credential.ts';

/** What somebody asked an encoder to do. */
export type Order =
  | { readonly action: 'SCAN_CREDENTIAL' }
  | {
      readonly action: 'SCAN_TO_ASSIGN_CREDENTIAL';
      readonly beneficiary: Beneficiary;
      /** Whether a card that nobody has registered may be taken in. */
      readonly mayEnrol: boolean;
    };

export type Action = Order['action'];

/** For whom a card is: a user of this site, or a person who becomes one. */
export type Beneficiary =
  | { readonly kind: 'acs_user'; readonly acsUserId: string }
  | { readonly kind: 'user_identity'; readonly userIdentityId: string };

/** An app that talks to the daemon, known by its API key. */
export interface Client {
  readonly id: string;
  readonly name: string;
}

/** What the person at the desk should do now. */
export type Hint =
  | 'place_card'
  | 'take_card_away'
  | 'place_card_again'
  | 'hold_card_still'
  | 'reconnect_encoder';

/** An order and how far it has come. Exactly one row of the store. Times are milliseconds since 1970. */
export type Attempt = AttemptOrder & AttemptProgress;

export interface AttemptOrder {
  readonly id: string;
  readonly encoderId: string;
  readonly client: Client;
  readonly order: Order;
  readonly createdAt: number;
  /** When waiting for a person ends. Work on a card is never cut short. */
  readonly expiresAt: number;
}

export type AttemptProgress =
  | { readonly phase: 'queued' }
  | { readonly phase: 'awaiting_card'; readonly hint: Hint }
  | { readonly phase: 'reading'; readonly card: Card }
  | { readonly phase: 'succeeded'; readonly result: AttemptResult }
  /** `detail` says what exactly failed, when the reason alone does not. */
  | { readonly phase: 'failed'; readonly reason: FailureReason; readonly detail: string | null };

export type Phase = AttemptProgress['phase'];

export type AttemptResult =
  | {
      readonly kind: 'scanned';
      readonly cardNumber: string;
      /** The credential that the site has for this card. */
      readonly credential: Credential | null;
    }
  | { readonly kind: 'assigned'; readonly credential: Credential };

/** Why an attempt failed, finely; src/attempts/errors.ts turns it into Seam's error types and a sentence. */
export type FailureReason =
  | AssignmentRefusal
  | 'no_card_presented'
  | 'superseded'
  | 'cancelled'
  | 'encoder_offline'
  | 'beneficiary_deleted'
  | 'device_timeout'
  | 'device_protocol'
  | 'driver_unavailable'
  | 'card_unsupported'
  | 'card_refused';

/** True while the attempt waits for a person: only then may it expire, be cancelled or be superseded. */
export function isWaiting(attempt: Attempt): boolean {
  return attempt.phase === 'queued' || attempt.phase === 'awaiting_card';
}

/** True until the attempt has ended. */
export function isLive(attempt: Attempt): boolean {
  return isWaiting(attempt) || attempt.phase === 'reading';
}
