import type { Action, Attempt, FailureReason, Hint } from '../model/attempt.ts';

/** Seam's error types for the three actions; the lists are closed. */
export const SEAM_ERROR_TYPES = [
  'uncategorized_error',
  'action_attempt_expired',
  'no_credential_on_encoder',
  'encoder_not_online',
  'encoder_communication_timeout',
  'incompatible_card_format',
  'credential_cannot_be_reissued',
  'encoding_interrupted',
  'credential_deleted',
] as const;

export type SeamErrorType = (typeof SEAM_ERROR_TYPES)[number];

interface Wording {
  /** Seam's type for the action, where it has one that says more than `uncategorized_error`. */
  readonly type: Partial<Record<Action, SeamErrorType>>;
  /** What happened and what the person can do now. */
  readonly sentence: string;
  /** The same where it is known what exactly failed, and the sentence would give other advice. */
  readonly exactly?: (detail: string) => string;
}

/** Seam knows this type for every action; our own actions use the same. */
const everywhere = (type: SeamErrorType): Wording['type'] => ({
  ...butForAssigning(type),
  SCAN_TO_ASSIGN_CREDENTIAL: type,
});

/** SCAN_TO_ASSIGN_CREDENTIAL has three types only, and this is none of them. */
const butForAssigning = (type: SeamErrorType): Wording['type'] => ({
  SCAN_CREDENTIAL: type,
  INSPECT_CARD: type,
  ...whenWriting(type),
});

const whenWriting = (type: SeamErrorType): Wording['type'] => ({ ENCODE_CREDENTIAL: type, ERASE_CARD: type });

/** Every failure, as Seam's clients and the people at the desk hear of it. */
export const FAILURES: Readonly<Record<FailureReason, Wording>> = {
  no_card_presented: {
    type: everywhere('action_attempt_expired'),
    sentence: 'No card was placed on the encoder in time. Start again and place the card.',
  },
  superseded: {
    type: everywhere('action_attempt_expired'),
    sentence: 'A newer request for this encoder from the same app took its place.',
  },
  cancelled: {
    type: everywhere('action_attempt_expired'),
    sentence: 'The request was cancelled before a card was read.',
  },
  encoder_offline: {
    type: butForAssigning('encoder_not_online'),
    sentence: 'The encoder is not connected. Check its cable, then start again.',
  },
  device_timeout: {
    type: butForAssigning('encoder_communication_timeout'),
    sentence: 'The encoder or the card did not answer in time. Take the card away, then start again.',
  },
  device_protocol: {
    type: {},
    sentence: 'The encoder gave an answer that makes no sense. Unplug it, plug it in again, and start again.',
  },
  driver_unavailable: {
    type: butForAssigning('encoder_not_online'),
    sentence:
      "The encoder's driver cannot run on this computer. Ask your technician to run `encoderctl status`.",
  },
  card_unsupported: {
    type: whenWriting('incompatible_card_format'),
    sentence: 'This kind of card cannot be used here. Take another card.',
    exactly: (detail) => `This card cannot be used for that: ${detail}.`,
  },
  card_refused: {
    type: whenWriting('incompatible_card_format'),
    sentence:
      'The card or the encoder refused. Take the card away and start again; if it happens again, take another card.',
    exactly: (detail) =>
      `The card or the encoder refused: ${detail}. Start again; if it happens again, take another card.`,
  },
  card_unknown: {
    type: everywhere('no_credential_on_encoder'),
    sentence: 'This card is not registered here. Take a registered card, or allow new cards in the request.',
  },
  card_number_changes: {
    type: whenWriting('incompatible_card_format'),
    sentence:
      'This card or phone shows a new number each time, so it cannot be used. Take a card with a fixed number.',
  },
  card_without_number: {
    type: whenWriting('incompatible_card_format'),
    sentence:
      'This stripe carries no number by which it could be known. Take another card, or encode a credential on this one (card format magstripe).',
  },
  card_belongs_to_another_user: {
    type: {},
    sentence: 'This card belongs to another user. Take another card, or unassign this one first.',
  },
  card_format_unsupported: {
    type: whenWriting('incompatible_card_format'),
    sentence: 'None of the card formats of this site fits this kind of card. Take another card.',
  },
  card_locked: {
    type: whenWriting('incompatible_card_format'),
    sentence: 'This card is locked and nothing was written on it. Take another card.',
  },
  credential_on_another_card: {
    type: { ENCODE_CREDENTIAL: 'credential_cannot_be_reissued' },
    sentence:
      'This credential is on another card already. Take that card, or say that this one replaces a lost card (replace_lost_card).',
  },
  card_carries_another_credential: {
    type: {},
    sentence:
      'This card carries another credential that is still valid. Take another card, or say that it may be overwritten (overwrite).',
  },
  credential_being_written: {
    type: {},
    sentence:
      'This credential is being written at another encoder. Wait until that is done, then start again.',
  },
  credential_deleted: {
    type: { ENCODE_CREDENTIAL: 'credential_deleted' },
    sentence: 'The credential was deleted before the card was finished. The card does not carry it.',
  },
  credential_without_user: {
    type: {},
    sentence:
      'This credential belongs to nobody, so its card would open nothing. Assign it to a user first, then start again.',
  },
  encoding_interrupted: {
    type: { ENCODE_CREDENTIAL: 'encoding_interrupted' },
    sentence:
      'The card was lifted, or the encoder stopped, before it was finished. Start again and put the same card back, or swipe it again: that repairs it.',
  },
  written_elsewhere: {
    type: { ENCODE_CREDENTIAL: 'encoding_interrupted' },
    sentence:
      'This card or this credential was written at another encoder meanwhile. Scan the card to see what is on it.',
  },
  site_keys_unavailable: {
    type: {},
    sentence: "The site's keys cannot be read. Ask your technician to run `encoderctl site-keys list`.",
  },
  simulated_failure: {
    type: {},
    sentence: 'This failure was asked for by a simulation.',
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
  const { type, sentence, exactly = (detail) => `${sentence} (${detail})` } = FAILURES[attempt.reason];
  return {
    type: simulatedType(attempt) ?? type[attempt.order.action] ?? 'uncategorized_error',
    message: attempt.detail === null ? sentence : exactly(attempt.detail),
    reason: attempt.reason,
  };
}

/** Types that a simulation may ask for. */
const SIMULATED_TYPES = [
  'no_credential_on_encoder',
  'encoding_interrupted',
  'uncategorized_error',
  'action_attempt_expired',
] as const satisfies readonly SeamErrorType[];

/** The type that somebody asked for; null: the failure is a real one. */
function simulatedType({ reason, detail }: Attempt & { readonly phase: 'failed' }): SeamErrorType | null {
  if (reason !== 'simulated_failure') return null;
  return SIMULATED_TYPES.find((type) => type === detail) ?? null;
}

/** What the person at the desk should do now, in words. */
export const HINT_SENTENCES: Readonly<Record<Hint, string>> = {
  place_card: 'Place the card on the encoder, or swipe it.',
  take_card_away: 'Take the card away first: it was just used for somebody else.',
  place_card_again: 'Place the next card on the encoder, or swipe it.',
  hold_card_still: 'The card was lifted too soon. Place it again and leave it there, or swipe it again.',
  keep_card_there: 'The card is being written. Leave it there.',
  swipe_again: 'Swipe the same card again.',
  put_card_back: 'The card is not finished. Put the same card back, or swipe it again: that finishes it.',
  leave_card_there:
    'The encoder does not answer. Check its cable, and leave the same card there, or swipe it again: it will be finished.',
  reconnect_encoder: 'The encoder is not connected. Check its cable.',
};
