import type { ResourceKind, ResourceState } from './resource.ts';
import type { ResourceChange } from './resource-change.ts';

/** Something that a backend must learn, or has learned. Messages about one thing are told in their order. Times are milliseconds since 1970, by this desk's clock. */
export interface OutboxMessage {
  /** UUID: a backend that gets it twice knows it again. */
  readonly id: string;
  /** Grows; the only thing that says which of two messages is older. */
  readonly sequence: number;
  readonly change: ResourceChange;
  readonly state: MessageState;
  /** How often it was begun to send: with more than 0, it may have arrived, whatever this desk knows. */
  readonly attempts: number;
  /** A person decided that it counts, although the backend has something else by now. */
  readonly isForced: boolean;
  /** Why the backend did not take it; null: it was not refused. */
  readonly refusal: Refusal | null;
  readonly createdAt: number;
  /** When the backend, or a person, settled it; null: it is waiting. */
  readonly settledAt: number | null;
}

/**
 * `waiting` to be delivered; `refused` until a person decides, and whatever comes later about the same thing waits behind it;
 * `delivered`, kept for a while, in case the backend forgets it; `dropped` by a person.
 */
export type MessageState = 'waiting' | 'refused' | 'delivered' | 'dropped';

export const REFUSAL_CODES = [
  /** The same was changed to something else above meanwhile. */
  'changed_above',
  /** It is not there above any more, or never was. */
  'deleted_above',
  /** What it refers to (a user, an entrance, ...) is not there above. */
  'reference_missing',
  /** The card belongs to somebody else above. */
  'card_of_another_user',
  /** Another desk issued the credential on another card. */
  'issued_elsewhere',
  /** Its e-mail address, phone number, key, code or name is somebody else's above. */
  'taken_above',
  /** The backend's own rule says no; `message` has its words. */
  'refused_by_backend',
  /** The backend fails at it again and again. */
  'backend_error',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** For a person: what happened, and what to do. */
  readonly message: string;
  /** Which fields it is about, by their names in the state. */
  readonly fields: readonly string[];
  /** The thing above that stands in the way, of the same kind; null: there is none. */
  readonly rivalId: string | null;
}

/** What a backend says to a message. */
export type Verdict =
  | SiteVerdict
  /** It was made there as it was told, and the backend gave it that id. */
  | { readonly verdict: 'known_as'; readonly backendId: string };

/** What a site says to a message of a desk, whose ids it keeps. */
export type SiteVerdict =
  | { readonly verdict: 'applied' }
  /** What was made here is there already, under that id: both are one. */
  | { readonly verdict: 'same_as'; readonly backendId: string }
  /** The backend has no word for it; there is nothing to do. */
  | { readonly verdict: 'not_carried' }
  /** It depends on an earlier one that was told together with it and was not taken as it stood: it is to be told again, after that one. */
  | { readonly verdict: 'not_judged' }
  | { readonly verdict: 'refused'; readonly refusal: Refusal };

/** A thing as the backend has it. */
export interface MirrorItem {
  readonly kind: ResourceKind;
  /** The backend's id. */
  readonly id: string;
  /** What the backend knows of it, ids in it being the backend's; names that it has no word for are left out. Null: it is gone. */
  readonly state: ResourceState | null;
}
