import type { AssignmentRefusal } from './assignment.ts';
import type { Card } from './card.ts';
import type { CardContents } from './card-record.ts';
import type { WritePurpose } from './card-write.ts';
import type { Credential } from './credential.ts';
import type { EncodingRefusal } from './encoding.ts';

/** What somebody asked an encoder to do. */
export type Order =
  | { readonly action: 'SCAN_CREDENTIAL' }
  | {
      readonly action: 'SCAN_TO_ASSIGN_CREDENTIAL';
      readonly beneficiary: Beneficiary;
      /** Whether a card that nobody has registered may be taken in. */
      readonly mayEnrol: boolean;
    }
  | {
      readonly action: 'ENCODE_CREDENTIAL';
      readonly credentialId: string;
      /** Whether it may go onto another card than the one that has it, which becomes invalid. */
      readonly replacesLostCard: boolean;
      /** Whether the card may carry another credential that is still valid. */
      readonly mayOverwrite: boolean;
    }
  /** Makes the card blank and reusable. */
  | { readonly action: 'ERASE_CARD'; readonly mayOverwrite: boolean }
  /** Says what the card is and what is on it, for a technician. */
  | { readonly action: 'INSPECT_CARD' };

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

/** What the person should do while a card is written. */
const WRITING_HINTS = ['keep_card_there', 'swipe_again', 'put_card_back', 'leave_card_there'] as const;

export type WritingHint = (typeof WRITING_HINTS)[number];

/** What the person at the desk should do now. */
export const HINTS = [
  'place_card',
  'take_card_away',
  'place_card_again',
  'hold_card_still',
  'reconnect_encoder',
  ...WRITING_HINTS,
] as const;

export type Hint = (typeof HINTS)[number];

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
  | ({ readonly phase: 'writing' | 'verifying' } & Writing)
  | ({ readonly phase: 'succeeded'; readonly result: AttemptResult } & Ended)
  /** `detail` says what exactly failed, when the reason alone does not. */
  | ({ readonly phase: 'failed'; readonly reason: FailureReason; readonly detail: string | null } & Ended);

/** An attempt that is over. */
interface Ended {
  /** When; absent on those that ended under a version which did not note it. */
  readonly endedAt?: number;
}

/** A write that is under way, or was until the card was lifted. */
export interface Writing {
  readonly card: Card;
  /** The row of the journal. */
  readonly writeId: string;
  readonly purpose: WritePurpose;
  readonly hint: WritingHint;
  /** Steps, those of reading back included; null until the first is counted. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

export type Phase = AttemptProgress['phase'];

/** What was found on a card, as it is kept and shown: without the bytes. */
export type CardFindings = Omit<CardContents, 'preimage'>;

/** What an assignment did: it took a new card in, gave a known one away, or found that the user had it already. */
export type AssignedHow = 'enrolled' | 'assigned' | 'kept';

export type AttemptResult =
  | {
      readonly kind: 'scanned';
      /** Null: the card has none yet (CardContents.isNumberDrawn). */
      readonly cardNumber: string | null;
      /** The credential that the site has for this card. */
      readonly credential: Credential | null;
      readonly findings: CardFindings;
      /** In what the card differs from what the site wants on it, in a clerk's words; empty: it is in sync. */
      readonly differences: readonly string[];
    }
  /** `how` is absent on those that succeeded under a version which did not note it. */
  | { readonly kind: 'assigned'; readonly credential: Credential; readonly how?: AssignedHow }
  | { readonly kind: 'encoded'; readonly credential: Credential }
  | { readonly kind: 'erased'; readonly cardNumber: string }
  | {
      readonly kind: 'inspected';
      readonly card: Card;
      readonly cardNumber: string | null;
      readonly credential: Credential | null;
      readonly findings: CardFindings;
    };

/** Why an attempt failed, finely; src/attempts/errors.ts turns it into Seam's error types and a sentence. */
export type FailureReason =
  | AssignmentRefusal
  | EncodingRefusal
  | 'no_card_presented'
  | 'superseded'
  | 'cancelled'
  | 'encoder_offline'
  | 'beneficiary_deleted'
  | 'credential_deleted'
  /** It belongs to nobody, and so opens nothing. */
  | 'credential_without_user'
  /** At another encoder, at this moment. */
  | 'credential_being_written'
  | 'encoding_interrupted'
  /** The card, or the credential, was written at another encoder meanwhile. */
  | 'written_elsewhere'
  | 'site_keys_unavailable'
  | 'device_timeout'
  | 'device_protocol'
  | 'driver_unavailable'
  | 'card_unsupported'
  | 'card_refused'
  /** Somebody asked for a failure, on a virtual encoder. */
  | 'simulated_failure';

/** True while the attempt waits for a person: only then may it expire, be cancelled or be superseded. */
export function isWaiting(attempt: Attempt): boolean {
  return attempt.phase === 'queued' || attempt.phase === 'awaiting_card';
}

/** True until the attempt has ended. */
export function isLive(attempt: Attempt): boolean {
  return attempt.phase !== 'succeeded' && attempt.phase !== 'failed';
}
