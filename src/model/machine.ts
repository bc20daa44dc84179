import {
  type Attempt,
  type AttemptOrder,
  type AttemptProgress,
  type AttemptResult,
  type FailureReason,
  type Hint,
  isWaiting,
} from './attempt.ts';
import type { Card } from './card.ts';
import type { WriteProgress } from './card-record.ts';
import type { WritePurpose } from './card-write.ts';

/** Something that happened to an attempt. Times are milliseconds since 1970. */
export type AttemptEvent =
  /** The daemon took the attempt up, for the first time or after a restart. */
  | { readonly event: 'started'; readonly now: number }
  | {
      readonly event: 'card_presented';
      readonly card: Card;
      /** The card has just served somebody else, and has not left the field since. */
      readonly mustLeaveFirst: boolean;
    }
  | { readonly event: 'card_settled'; readonly result: AttemptResult }
  | { readonly event: 'card_lost'; readonly now: number }
  | { readonly event: 'card_left'; readonly now: number }
  | { readonly event: 'encoder_lost'; readonly now: number }
  | { readonly event: 'encoder_back' }
  | { readonly event: 'time_ran_out' }
  | { readonly event: 'cancelled' }
  | { readonly event: 'superseded' }
  /** What is to be written, and what was on the card, is in the journal. */
  | { readonly event: 'write_planned'; readonly writeId: string; readonly purpose: WritePurpose }
  | { readonly event: 'write_progressed'; readonly progress: WriteProgress }
  /** The card was lifted, or the encoder went, in the middle: the card may be half written. */
  | { readonly event: 'write_interrupted'; readonly by: 'card' | 'encoder' }
  /** The card was read back and holds what was planned; `result` is null when that only ended an earlier write. */
  | { readonly event: 'card_written'; readonly result: AttemptResult | null }
  /** An earlier write of this card cannot be ended: the card refuses. It is taken as it is. */
  | { readonly event: 'mending_given_up' }
  | {
      readonly event: 'work_failed';
      readonly reason: FailureReason;
      /** What exactly failed, when the reason alone does not say it. */
      readonly detail: string | null;
    };

/** What to do next, once the step is committed. */
export type Command =
  | 'await_card'
  | 'await_departure'
  | 'await_encoder'
  | 'read_card'
  | 'write_card'
  /** Wait for the card that was lifted, a little. */
  | 'await_same_card'
  /** Nothing new: whoever writes goes on. */
  | 'carry_on'
  | 'end';

export interface Step {
  readonly attempt: Attempt;
  readonly command: Command;
}

/**
 * What an event means for an attempt: the attempt as it is afterwards, and what to do once that is committed.
 * An event that comes too late (the attempt has ended, or the card is being worked on) changes nothing: the very same
 * attempt comes back, with `end`, for whoever brought the event has nothing to do.
 *
 * Nothing before `write_planned` leaves a trace outside the store, so starting and restarting are one event. An attempt that was
 * writing when the daemon ended fails at the next start; the journal keeps what the card needs.
 */
export function advance(attempt: Attempt, event: AttemptEvent): Step {
  const become = (progress: AttemptProgress, command: Command): Step => ({
    attempt: { ...orderOf(attempt), ...progress },
    command,
  });
  const fail = (reason: FailureReason, detail: string | null = null) =>
    become({ phase: 'failed', reason, detail }, 'end');
  const wait = (hint: Hint, command: Command, now?: number) =>
    now !== undefined && now >= attempt.expiresAt
      ? fail('no_card_presented')
      : become({ phase: 'awaiting_card', hint }, command);
  const unchanged: Step = { attempt, command: 'end' };

  switch (attempt.phase) {
    case 'succeeded':
    case 'failed':
      return unchanged;

    case 'queued':
    case 'awaiting_card':
    case 'reading':
      switch (event.event) {
        case 'started':
          return wait('place_card', 'await_card', event.now);
        case 'encoder_lost':
          return wait('reconnect_encoder', 'await_encoder', event.now);
        case 'work_failed':
          return fail(event.reason, event.detail);
        case 'time_ran_out':
          return isWaiting(attempt) ? fail('no_card_presented') : unchanged;
        case 'cancelled':
        case 'superseded':
          return isWaiting(attempt) ? fail(event.event) : unchanged;
        case 'encoder_back':
          return isWaiting(attempt) ? wait('place_card', 'await_card') : unchanged;
        case 'card_presented':
          if (!isWaiting(attempt)) return unchanged;
          return event.mustLeaveFirst
            ? wait('take_card_away', 'await_departure')
            : become({ phase: 'reading', card: event.card }, 'read_card');
        case 'card_left':
          return isWaiting(attempt) ? wait('place_card_again', 'await_card', event.now) : unchanged;
        case 'card_lost':
          return wait('hold_card_still', 'await_card', event.now);
        case 'card_settled':
          return attempt.phase === 'reading'
            ? become({ phase: 'succeeded', result: event.result }, 'end')
            : unchanged;
        case 'write_planned': {
          if (attempt.phase !== 'reading') return unchanged;
          const { card } = attempt;
          const { writeId, purpose } = event;
          const hint = 'keep_card_there';
          return become({ phase: 'writing', card, writeId, purpose, hint, progress: null }, 'write_card');
        }
        default:
          return unchanged;
      }

    case 'writing':
    case 'verifying': {
      const { card, writeId, purpose, progress } = attempt;
      const writing = { card, writeId, purpose, progress };
      const isInterrupted = attempt.hint === 'put_card_back' || attempt.hint === 'leave_card_there';
      switch (event.event) {
        case 'started':
          return fail('encoding_interrupted');
        case 'write_progressed': {
          // A note that came after its write was interrupted.
          if (isInterrupted) return unchanged;
          const { phase, done, total, awaitsSwipe } = event.progress;
          const hint = awaitsSwipe ? 'swipe_again' : 'keep_card_there';
          return become({ ...writing, phase, hint, progress: { done, total } }, 'carry_on');
        }
        case 'write_interrupted':
          return become(
            {
              ...writing,
              phase: 'writing',
              hint: event.by === 'card' ? 'put_card_back' : 'leave_card_there',
            },
            'await_same_card',
          );
        case 'card_presented':
          return isInterrupted && event.card.uid === card.uid
            ? become({ ...writing, phase: 'writing', hint: 'keep_card_there' }, 'write_card')
            : unchanged;
        // What was written is not wanted any more: it is taken back at once.
        case 'write_planned':
          return become(
            {
              phase: 'writing',
              card,
              writeId: event.writeId,
              purpose: event.purpose,
              hint: 'keep_card_there',
              progress: null,
            },
            'write_card',
          );
        case 'card_written':
          return event.result === null
            ? become({ phase: 'reading', card }, 'read_card')
            : become({ phase: 'succeeded', result: event.result }, 'end');
        case 'mending_given_up':
          return become({ phase: 'reading', card }, 'read_card');
        /** Nothing was written yet. */
        case 'card_lost':
          return wait('hold_card_still', 'await_card', event.now);
        case 'encoder_lost':
          return wait('reconnect_encoder', 'await_encoder', event.now);
        case 'work_failed':
          return fail(event.reason, event.detail);
        default:
          return unchanged;
      }
    }
  }
}

function orderOf({ id, encoderId, client, order, createdAt, expiresAt }: Attempt): AttemptOrder {
  return { id, encoderId, client, order, createdAt, expiresAt };
}
