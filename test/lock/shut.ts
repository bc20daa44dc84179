/** Why a door stays shut. */
export type Reason =
  /** The card left, refused a command, or answered something that does not fit. */
  | 'unreadable'
  /** No key that the lock has opens the card. */
  | 'unknown_key'
  | 'no_record'
  /** Bytes that the page does not call a record. */
  | 'malformed'
  | 'other_site'
  | 'copied'
  | 'unknown_version'
  | 'altered'
  | 'replaced'
  | 'time_lost'
  | 'not_yet_valid'
  | 'expired'
  | 'other_entrance';

/** Thrown at whichever step of the pages refuses. */
export class Shut extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}
