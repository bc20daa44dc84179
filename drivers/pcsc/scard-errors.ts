import { EncoderError, type EncoderErrorCode } from '../../src/encoder/errors.ts';

interface ScardError {
  readonly name: string;
  readonly code: EncoderErrorCode;
  /** What it means at the desk, and what the person can do. */
  readonly meaning: string;
}

const CARD_LEFT = 'the card has left the reader';
const READER_LEFT = 'the reader is gone; is it plugged in?';
const SERVICE_LEFT = 'the smart card service pcscd went away';

/** SCARD_E_SHARING_VIOLATION: somebody else holds the card. Worth trying again. */
export const SHARING_VIOLATION = 0x8010000b;

/** The card got power and said nothing, or has none. Worth one try after taking the power away. */
export const UNRESPONSIVE_CARD = 0x80100066;
export const UNPOWERED_CARD = 0x80100067;
/** Another program reset the card; the connection has to be made anew. */
export const RESET_CARD = 0x80100068;

/** Every status of pcsc-lite (pcsclite.h) that reaches this driver. What is not here is `device_protocol`. */
const SCARD_ERRORS: ReadonlyMap<number, ScardError> = new Map([
  [0x80100001, { name: 'SCARD_F_INTERNAL_ERROR', code: 'device_lost', meaning: 'pcscd failed inside' }],
  [0x80100002, { name: 'SCARD_E_CANCELLED', code: 'device_lost', meaning: 'the reader is being closed' }],
  [
    0x80100003,
    { name: 'SCARD_E_INVALID_HANDLE', code: 'device_lost', meaning: 'the connection to pcscd has ended' },
  ],
  [
    0x80100008,
    {
      name: 'SCARD_E_INSUFFICIENT_BUFFER',
      code: 'device_protocol',
      meaning: 'the answer is longer than 258 bytes',
    },
  ],
  [0x80100009, { name: 'SCARD_E_UNKNOWN_READER', code: 'device_lost', meaning: READER_LEFT }],
  [
    0x8010000a,
    { name: 'SCARD_E_TIMEOUT', code: 'device_timeout', meaning: 'the reader did not answer in time' },
  ],
  [
    SHARING_VIOLATION,
    {
      name: 'SCARD_E_SHARING_VIOLATION',
      code: 'card_refused',
      meaning: 'another program is using the card; close it',
    },
  ],
  [0x8010000c, { name: 'SCARD_E_NO_SMARTCARD', code: 'card_removed', meaning: CARD_LEFT }],
  [
    0x8010000f,
    {
      name: 'SCARD_E_PROTO_MISMATCH',
      code: 'card_unsupported',
      meaning: 'the card speaks neither T=0 nor T=1',
    },
  ],
  [0x80100010, { name: 'SCARD_E_NOT_READY', code: 'device_lost', meaning: 'the reader is not ready' }],
  [0x80100013, { name: 'SCARD_F_COMM_ERROR', code: 'device_lost', meaning: SERVICE_LEFT }],
  [
    0x80100016,
    {
      name: 'SCARD_E_NOT_TRANSACTED',
      code: 'card_removed',
      meaning: 'the exchange broke off; the card moved or has left',
    },
  ],
  [0x80100017, { name: 'SCARD_E_READER_UNAVAILABLE', code: 'device_lost', meaning: READER_LEFT }],
  [0x8010001d, { name: 'SCARD_E_NO_SERVICE', code: 'device_lost', meaning: SERVICE_LEFT }],
  [0x8010001e, { name: 'SCARD_E_SERVICE_STOPPED', code: 'device_lost', meaning: SERVICE_LEFT }],
  [
    0x8010001f,
    { name: 'SCARD_E_UNSUPPORTED_FEATURE', code: 'card_unsupported', meaning: 'the reader cannot do this' },
  ],
  [0x8010002e, { name: 'SCARD_E_NO_READERS_AVAILABLE', code: 'device_lost', meaning: READER_LEFT }],
  [
    0x8010002f,
    {
      name: 'SCARD_E_COMM_DATA_LOST',
      code: 'card_removed',
      meaning: 'an answer got lost; the card moved or has left',
    },
  ],
  [
    0x80100065,
    {
      name: 'SCARD_W_UNSUPPORTED_CARD',
      code: 'card_unsupported',
      meaning: 'the reader cannot read this card',
    },
  ],
  [
    UNRESPONSIVE_CARD,
    {
      name: 'SCARD_W_UNRESPONSIVE_CARD',
      code: 'card_refused',
      meaning: 'the card does not answer; put it flat on the reader, alone',
    },
  ],
  [
    UNPOWERED_CARD,
    {
      name: 'SCARD_W_UNPOWERED_CARD',
      code: 'card_refused',
      meaning: 'the card has no power; take it away and put it back',
    },
  ],
  [
    RESET_CARD,
    { name: 'SCARD_W_RESET_CARD', code: 'card_refused', meaning: 'another program reset the card' },
  ],
  [0x80100069, { name: 'SCARD_W_REMOVED_CARD', code: 'card_removed', meaning: CARD_LEFT }],
  // What libpcsclite also says when pcscd dies before it has answered.
  [
    0x8010006a,
    {
      name: 'SCARD_W_SECURITY_VIOLATION',
      code: 'device_lost',
      meaning:
        'pcscd went away, or polkit does not let this user use smart cards (rules for org.debian.pcsc-lite)',
    },
  ],
] as const);

/** The status in an error of @pokusew/pcsclite: it stands only in the text, `SCardConnect error: ...(0x8010000b)`. */
export function scardStatus(error: unknown): number | undefined {
  const digits = error instanceof Error ? /\(0x([0-9a-f]{8,16})\)/i.exec(error.message)?.[1] : undefined;
  return digits === undefined ? undefined : Number.parseInt(digits.slice(-8), 16);
}

/** An error of @pokusew/pcsclite in the words of the contract; `doing` says what failed: `connect to the card`. */
export function fromScard(error: unknown, doing: string): EncoderError {
  if (error instanceof EncoderError) return error;
  const status = scardStatus(error);
  const known = status === undefined ? undefined : SCARD_ERRORS.get(status);
  if (status === undefined || known === undefined) {
    return new EncoderError(
      'device_protocol',
      `${doing}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const message = `${doing}: ${known.meaning} (${known.name} 0x${status.toString(16).toUpperCase()})`;
  return new EncoderError(known.code, message, { cause: error });
}
