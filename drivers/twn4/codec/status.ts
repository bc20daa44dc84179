import { EncoderError } from '../../../src/encoder/errors.ts';

/** What the first byte of an answer says (TWN4 Simple Protocol, section 1.2). */
export const OK = 0x00;
const UNKNOWN_FUNCTION = 0x01;

const SAID: ReadonlyMap<number, string> = new Map([
  [UNKNOWN_FUNCTION, 'that it does not know the function'],
  [0x02, 'that a parameter is missing'],
  [0x03, 'that there are too many parameters'],
  [0x04, 'that the function cannot be used'],
  [0x05, 'that it does not understand the command'],
  [0x06, 'that the length is wrong'],
]);

/** The functions of which older firmware, or readers with a LEGIC chip, say that there are none. */
const INVALID_FUNCTION = 0x04;

/**
 * What follows the status byte. Throws an EncoderError: `card_unsupported` when the reader does not have the function, `device_protocol` on every other
 * complaint, and where there is no status.
 */
export function takeAnswer(message: Uint8Array, doing: string): Uint8Array {
  const [status] = message;
  if (status === OK) return message.subarray(1);
  if (status === undefined)
    throw new EncoderError('device_protocol', `${doing}: the reader answered nothing`);
  const said = SAID.get(status) ?? `status ${status}, which its manual does not have`;
  const code =
    status === UNKNOWN_FUNCTION || status === INVALID_FUNCTION ? 'card_unsupported' : 'device_protocol';
  throw new EncoderError(code, `${doing}: the reader says ${said}`);
}
