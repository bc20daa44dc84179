import type { Action, Attempt, FailureReason, Hint } from '../model/attempt.ts';

/** Seam's error types for the three actions; the lists are closed. */
export type SeamErrorType =
  | 'uncategorized_error'
  | 'action_attempt_expired'
  | 'no_credential_on_encoder'
  | 'encoder_not_online'
  | 'encoder_communication_timeout'
  | 'incompatible_card_format';

interface Wording {
  /** Seam's type for the action, where it has one that says more than `uncategorized_error`. */
  readonly type: Partial<Record<Action, SeamErrorType>>;
  /** What happened and what the person can do now. */
  readonly sentence: string;
}

const both = (type: SeamErrorType): Wording['type'] => ({
  SCAN_CREDENTIAL: type,
  SCAN_TO_ASSIGN_CREDENTIAL: type,
});

/** Every failure, as Seam's clients and the people at the desk hear of it. */
export const FAILURES: Readonly<Record<FailureReason, Wording>> = {
  no_card_presented: {
    type: both('action_attempt_expired'),
    sentence: 'No card was placed on the encoder in time. Start again and place the card.',
  },
  superseded: {
    type: both('action_attempt_expired'),
    sentence: 'A newer request for this encoder from the same app took its place.',
  },
  cancelled: {
    type: both('action_attempt_expired'),
    sentence: 'The request was cancelled before a card was read.',
  },
  encoder_offline: {
    type: { SCAN_CREDENTIAL: 'encoder_not_online' },
    sentence: 'The encoder is not connected. Check its cable, then start again.',
  },
  device_timeout: {
    type: { SCAN_CREDENTIAL: 'encoder_communication_timeout' },
    sentence: 'The encoder or the card did not answer in time. Take the card away, then start again.',
  },
  device_protocol: {
    type: {},
    sentence: 'The encoder gave an answer that makes no sense. Unplug it, plug it in again, and start again.',
  },
  driver_unavailable: {
    type: { SCAN_CREDENTIAL: 'encoder_not_online' },
    sentence:
      "The encoder's driver cannot run on this computer. Ask your technician to run `encoderctl status`.",
  },
  card_unsupported: {
    type: {},
    sentence: 'This kind of card cannot be used here. Take another card.',
  },
  card_refused: {
    type: {},
    sentence:
      'The card or the encoder refused. Take the card away and start again; if it happens again, take another card.',
  },
  card_unknown: {
    type: both('no_credential_on_encoder'),
    sentence: 'This card is not registered here. Take a registered card, or allow new cards in the request.',
  },
  card_number_changes: {
    type: {},
    sentence:
      'This card or phone shows a new number each time, so it cannot be assigned. Take a card with a fixed number.',
  },
  card_belongs_to_another_user: {
    type: {},
    sentence: 'This card belongs to another user. Take another card, or unassign this one first.',
  },
  beneficiary_deleted: {
    type: {},
    sentence: 'The user was deleted while the request waited for a card. The card was not assigned.',
  },
};

/** A failed attempt's error, as the API gives it. */
export function describeFailure(attempt: Attempt & { readonly phase: 'failed' }): {
  readonly type: SeamErrorType;
  readonly message: string;
  readonly reason: FailureReason;
} {
  const { type, sentence } = FAILURES[attempt.reason];
  return {
    type: type[attempt.order.action] ?? 'uncategorized_error',
    message: attempt.detail === null ? sentence : `${sentence} (${attempt.detail})`,
    reason: attempt.reason,
  };
}

/** What the person at the desk should do now, in words. */
export const HINT_SENTENCES: Readonly<Record<Hint, string>> = {
  place_card: 'Place the card on the encoder.',
  take_card_away: 'Take the card away first: it was just used for somebody else.',
  place_card_again: 'Place the next card on the encoder.',
  hold_card_still: 'The card was lifted too soon. Place it again and leave it there.',
  reconnect_encoder: 'The encoder is not connected. Check its cable.',
};
