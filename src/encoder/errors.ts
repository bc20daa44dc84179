/** Everything that can go wrong at an encoder. The list is closed: a new failure is one of these, told better. */
export const ENCODER_ERROR_CODES = [
  /** The driver cannot run here: its package, service or permission is missing. */
  'driver_unavailable',
  /** The device left: unplugged, its service ended, or its driver host was killed. */
  'device_lost',
  /** The device or the card did not answer in time. */
  'device_timeout',
  /** The device answered something that its manual does not allow. */
  'device_protocol',
  /** The card left the field. What was in flight may or may not have happened. */
  'card_removed',
  /** The card is of a kind that cannot do what was asked. */
  'card_unsupported',
  /** The card or the reader said no: wrong key, locked, write-protected. */
  'card_refused',
] as const;

export type EncoderErrorCode = (typeof ENCODER_ERROR_CODES)[number];

/** The one error that crosses the encoder contract. The message says what failed, with the numbers. */
export class EncoderError extends Error {
  readonly code: EncoderErrorCode;

  constructor(code: EncoderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EncoderError';
    this.code = code;
  }
}
