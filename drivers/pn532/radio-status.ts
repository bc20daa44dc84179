/**
 * The status byte in front of what a card answered (UM0701-02, section 7.1): bits 0 to 5 are the error, bit 6 says that more is to be fetched.
 */
export interface RadioStatus {
  readonly error: number;
  readonly hasMore: boolean;
}

export function readStatus(status: number): RadioStatus {
  return { error: status & 0x3f, hasMore: (status & 0x40) !== 0 };
}

/** 0x01: the card did not answer in time. A card that says no with its four bits looks the same. */
export const TIMED_OUT = 0x01;

/** What an error means for the work at hand. */
export type RadioMeaning =
  /** The card said no, or nothing: whether it is there still tells which. */
  | 'no_answer'
  /** The radio was disturbed: what the card heard is not known. */
  | 'disturbed'
  /** The chip does not have the card any more. */
  | 'gone'
  /** The answer is longer than the chip can carry. */
  | 'too_long'
  /** The chip itself is at fault. */
  | 'fault';

const MEANINGS: ReadonlyMap<number, readonly [RadioMeaning, string]> = new Map([
  [TIMED_OUT, ['no_answer', 'no answer in time']],
  [0x02, ['no_answer', 'wrong CRC, or four bits']],
  [0x03, ['disturbed', 'wrong parity']],
  [0x04, ['no_answer', 'wrong number of bits']],
  [0x05, ['no_answer', 'wrong framing']],
  [0x06, ['disturbed', 'two cards answered at once']],
  [0x07, ['too_long', 'the buffer is too small']],
  [0x09, ['too_long', 'the buffer ran over']],
  [0x0a, ['gone', 'the field is off']],
  [0x0b, ['disturbed', 'the protocol was broken']],
  [0x0d, ['fault', 'the chip is too hot']],
  [0x0e, ['too_long', 'the buffer ran over']],
  [0x10, ['fault', 'wrong parameter']],
  [0x13, ['no_answer', 'the answer has the wrong form']],
  [0x14, ['no_answer', 'the authentication failed']],
  [0x23, ['disturbed', 'the uid fails its check']],
  [0x27, ['gone', 'no card is selected']],
  [0x29, ['gone', 'the card was released']],
  [0x2a, ['gone', 'another card came']],
  [0x2b, ['gone', 'the card has disappeared']],
  [0x2d, ['fault', 'the field takes too much current']],
]);

/** What a status that is not zero means. */
export function meaningOf(error: number): RadioMeaning {
  return MEANINGS.get(error)?.[0] ?? 'fault';
}

/** A status for a message: `PN532 status 14 (the authentication failed)`. */
export function describeRadioStatus(error: number): string {
  const digits = error.toString(16).toUpperCase().padStart(2, '0');
  return `PN532 status ${digits} (${MEANINGS.get(error)?.[1] ?? 'not in the manual'})`;
}
