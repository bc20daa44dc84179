import type { Attempt, DeskError } from '../../client/client.ts';
import type { CardScan, GuestKey } from '../wire.ts';

/** For whom a card is. */
export interface Holder {
  readonly id: string;
  readonly name: string;
}

/** What a clerk wants of an encoder. */
export type Job =
  | { readonly kind: 'scan' }
  | { readonly kind: 'assign'; readonly holder: Holder }
  /** New keys for one stay, each on a card of its own. */
  | { readonly kind: 'keys'; readonly holder: Holder; readonly stay: Stay; readonly cards: number }
  /** A key that there is already. */
  | {
      readonly kind: 'encode';
      readonly holder: Holder | null;
      readonly keyId: string;
      readonly replacesLostCard: boolean;
    };

/** What a new key opens, and when. Times are ISO 8601; `startsAt` null: from now on. */
export interface Stay {
  readonly entranceIds: readonly string[];
  readonly startsAt: string | null;
  readonly endsAt: string;
}

/** Which of the cards is at work: `Card 2 of 3`. */
export interface Place {
  readonly number: number;
  readonly total: number;
}

interface AtWork {
  readonly job: Job;
  readonly encoderId: string;
  readonly place: Place;
  /** The keys that are on their cards by now. */
  readonly ready: readonly GuestKey[];
}

/** How far a job has come, as the page shows it. */
export type WorkState =
  | { readonly step: 'idle' }
  | ({
      readonly step: 'working';
      /** Null: it was not begun yet. */
      readonly attempt: Attempt | null;
      /** A card was put back that is not the one that is half written. */
      readonly isOtherCard: boolean;
      readonly isStopping: boolean;
    } & AtWork)
  /** A card is ready and lies there still: the next one waits until it is gone. */
  | ({ readonly step: 'between' } & AtWork)
  /** The card carries another key that is still good. */
  | ({
      readonly step: 'asking';
      /** Null: it could not be read. */
      readonly scan: CardScan | null;
      /** It is a card of this very job: there is nothing to ask. */
      readonly isOfThisJob: boolean;
    } & AtWork)
  | ({
      readonly step: 'done';
      readonly attemptId: string;
      /** When it ended, milliseconds since 1970. */
      readonly at: number;
      readonly scan: CardScan | null;
      /** It was taken back: the card belongs to nobody again. */
      readonly isUndone: boolean;
    } & AtWork)
  | ({ readonly step: 'failed'; readonly error: DeskError } & AtWork);

/** Whether this card carries a key of these: it was written a moment ago. */
export function isAmong(ready: readonly GuestKey[], scan: CardScan | null): boolean {
  const ids = [
    scan?.acs_credential_on_encoder?.acs_credential_id,
    scan?.acs_credential_on_seam?.acs_credential_id,
  ];
  return ready.some((key) => ids.includes(key.acs_credential_id));
}

/** How many cards a job needs. */
export function cardsOf(job: Job): number {
  return job.kind === 'keys' ? job.cards : 1;
}

/** For whom a job is; null: for nobody who is known. */
export function holderOf(job: Job): Holder | null {
  return job.kind === 'scan' ? null : job.holder;
}

/** Whether the person may still stop: work on a card is never cut short. */
export function mayStop(attempt: Attempt | null): boolean {
  return attempt === null || attempt.phase === 'queued' || attempt.phase === 'awaiting_card';
}
