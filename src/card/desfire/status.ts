import { EncoderError, type EncoderErrorCode } from '../../encoder/errors.ts';

/** The second status byte of a wrapped answer, 91 SS (NXP MF3ICD40 data sheet, "Status and error codes"; the EV2 ones from NTAG 424 DNA). */
export const STATUS = {
  done: 0x00,
  noSuchCommand: 0x1c,
  noSuchKey: 0x40,
  permissionDenied: 0x9d,
  noSuchApplication: 0xa0,
  authenticationError: 0xae,
  more: 0xaf,
  noSuchFile: 0xf0,
} as const;

const MEANINGS: ReadonlyMap<number, readonly [code: EncoderErrorCode, meaning: string]> = new Map([
  [0x0b, ['card_unsupported', 'the command is not supported']],
  [0x0c, ['device_protocol', 'nothing to commit']],
  [0x0e, ['card_unsupported', 'the memory is full: the card is too small, or full of other applications']],
  [0x1c, ['card_unsupported', 'the command is not known: the card is no DESFire EV1, EV2 or EV3']],
  [0x1e, ['device_protocol', 'CRC or MAC do not match']],
  [0x40, ['card_refused', 'no such key']],
  [0x7e, ['device_protocol', 'wrong length']],
  [0x9d, ['card_refused', 'permission denied']],
  [0x9e, ['device_protocol', 'wrong parameter']],
  [0xa0, ['card_refused', 'no such application']],
  [0xa1, ['card_refused', 'the application is damaged']],
  [
    0xad,
    [
      'card_refused',
      'too many wrong keys: the card makes everybody wait; leave it on the encoder and try again',
    ],
  ],
  [0xae, ['card_refused', 'wrong key, or not authenticated']],
  [0xaf, ['device_protocol', 'more frames, where none were expected']],
  [0xbe, ['card_refused', 'beyond the end of the file']],
  [0xc1, ['card_refused', 'the card is damaged']],
  [0xca, ['device_protocol', 'the command before was not finished']],
  [0xcd, ['card_refused', 'the card has been disabled']],
  [0xce, ['card_refused', 'no room for another application']],
  [0xde, ['card_refused', 'it is there already']],
  [0xee, ['card_unsupported', 'the memory could not be written']],
  [0xf0, ['card_refused', 'no such file']],
  [0xf1, ['card_refused', 'the file is damaged']],
]);

/** The error for a status other than `done`: `create the application: the card said 910E (the memory is full: ...)`. */
export function statusError(doing: string, status: number): EncoderError {
  const [code, meaning] = MEANINGS.get(status) ?? ['device_protocol' as const, 'not in the manual'];
  const digits = status.toString(16).toUpperCase().padStart(2, '0');
  return new EncoderError(code, `${doing}: the card said 91${digits} (${meaning})`);
}
