import { EncoderError } from '../encoder/errors.ts';
import { toHex } from './hex.ts';

/** A short command APDU (ISO/IEC 7816-4, section 5.1). */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 0 to 255 bytes; absent is the same as none. */
  readonly data?: Uint8Array;
  /** How many bytes are expected, 1 to 256; absent: none, no Le byte is sent. 256 goes out as 00 and means "all there are". */
  readonly le?: number;
}

/** What the status word says, and the data before it. */
export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1 and SW2 as one number: 0x9000. */
  readonly statusWord: number;
}

/** 0x9000: done. */
export const STATUS_OK = 0x9000;

/** Status words of the contactless pseudo-APDUs (PC/SC part 3, section 3.2.2), with the meanings that readers give them. */
const STATUS_MEANINGS: ReadonlyMap<number, string> = new Map([
  [STATUS_OK, 'done'],
  [0x6282, 'the end was reached before Le bytes'],
  [0x6300, 'the operation failed'],
  [0x6581, 'the memory could not be written'],
  [0x6700, 'wrong length'],
  [0x6800, 'class not supported'],
  [0x6981, 'the command does not fit the card'],
  [0x6982, 'not authenticated, or not allowed'],
  [0x6983, 'the reader key is not supported'],
  [0x6984, 'the reader key is unusable'],
  [0x6985, 'secured transmission not supported'],
  [0x6986, 'command not allowed, or key type unknown'],
  [0x6987, 'the reader has no non-volatile key memory'],
  [0x6988, 'no such key number in the reader'],
  [0x6989, 'wrong key length'],
  [0x6a81, 'function not supported'],
  [0x6a82, 'no such block'],
  [0x6b00, 'wrong parameter P1 or P2'],
  [0x6d00, 'instruction not known'],
  [0x6e00, 'class not known'],
]);

/** Puts a command together: 4 bytes, then Lc and data, then Le. Throws a plain Error when a field does not fit. */
export function buildCommandApdu(command: CommandApdu): Uint8Array {
  const { cla, ins, p1, p2, data = new Uint8Array(0), le } = command;
  if (data.length > 255) throw new Error(`a short APDU carries 255 bytes at most, not ${data.length}`);
  if (le !== undefined && (le < 1 || le > 256)) throw new Error(`Le is 1 to 256, not ${le}`);
  return Uint8Array.from([
    cla,
    ins,
    p1,
    p2,
    ...(data.length === 0 ? [] : [data.length, ...data]),
    ...(le === undefined ? [] : [le % 256]),
  ]);
}

/** Takes a short command APDU apart; undefined when the lengths in it do not fit. */
export function parseCommandApdu(bytes: Uint8Array): CommandApdu | undefined {
  const [cla, ins, p1, p2, third] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  if (third === undefined) return { cla, ins, p1, p2 };
  if (bytes.length === 5) return { cla, ins, p1, p2, le: third === 0 ? 256 : third };
  if (third === 0) return undefined;
  const data = bytes.slice(5, 5 + third);
  const le = bytes[5 + third];
  if (bytes.length === 5 + third) return { cla, ins, p1, p2, data };
  if (bytes.length === 6 + third && le !== undefined)
    return { cla, ins, p1, p2, data, le: le === 0 ? 256 : le };
  return undefined;
}

/**
 * Splits an answer into its data and its status word.
 * Throws `card_removed` on an empty answer: that is how some readers report that the card was torn away, with a transmit that
 * "succeeded". Throws `device_protocol` on a single byte.
 */
export function parseResponseApdu(answer: Uint8Array): ResponseApdu {
  if (answer.length === 0) {
    throw new EncoderError('card_removed', 'the answer is empty: the card has left the field');
  }
  const [sw1, sw2] = answer.slice(-2);
  if (sw1 === undefined || sw2 === undefined) {
    throw new EncoderError('device_protocol', `an answer has at least 2 bytes, this one is ${toHex(answer)}`);
  }
  return { data: answer.slice(0, -2), statusWord: sw1 * 256 + sw2 };
}

/** A status word for a message: `6982 (not authenticated, or not allowed)`. */
export function describeStatus(statusWord: number): string {
  const digits = statusWord.toString(16).toUpperCase().padStart(4, '0');
  const meaning =
    STATUS_MEANINGS.get(statusWord) ??
    (statusWord >> 8 === 0x6c ? `wrong Le, ${statusWord & 0xff} bytes are there` : 'not in the manual');
  return `${digits} (${meaning})`;
}
