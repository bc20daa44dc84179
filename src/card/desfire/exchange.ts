import { EncoderError } from '../../encoder/errors.ts';
import { buildCommandApdu, describeStatus, parseResponseApdu } from '../apdu.ts';
import type { IsoDepLink } from '../link.ts';
import { STATUS, statusError } from './status.ts';

/**
 * Data bytes in one frame to the card. Its frames are 64 bytes: with the APDU around them, CRC, block byte and CID, 54 fit
 * (libfreefare allows 55, without CID).
 */
export const FRAME_DATA_BYTES = 54;

/** An answer of more frames than any command here has: the card would go on for ever. */
const MOST_FRAMES = 32;

/** What the card answered: SS of 91 SS, and the data before it. */
export interface DesfireAnswer {
  readonly status: number;
  readonly data: Uint8Array;
}

const NO_DATA = new Uint8Array(0);
const ADDITIONAL_FRAME = 0xaf;

/**
 * One frame each way: `90 INS 00 00 [Lc data] 00` out, `data 91 SS` back. `data` is at most 54 bytes.
 * Rejects with `device_protocol` when the answer's first status byte is not 91.
 */
export async function exchangeFrame(
  link: IsoDepLink,
  ins: number,
  data: Uint8Array = NO_DATA,
): Promise<DesfireAnswer> {
  const apdu = buildCommandApdu({ cla: 0x90, ins, p1: 0x00, p2: 0x00, data, le: 256 });
  const answer = parseResponseApdu(await link.exchange(apdu));
  if (answer.statusWord >> 8 !== 0x91) {
    const doing = `DESFire command ${ins.toString(16).toUpperCase().padStart(2, '0')}`;
    throw new EncoderError('device_protocol', `${doing}: the answer is ${describeStatus(answer.statusWord)}`);
  }
  return { status: answer.statusWord & 0xff, data: answer.data };
}

/**
 * One command, in as many frames as it takes each way: longer data follows in AF frames, and a longer answer is asked for with them.
 * The answer's status is never `more`.
 */
export async function exchange(
  link: IsoDepLink,
  ins: number,
  data: Uint8Array = NO_DATA,
): Promise<DesfireAnswer> {
  let answer = await exchangeFrame(link, ins, data.subarray(0, FRAME_DATA_BYTES));
  for (let sent = FRAME_DATA_BYTES; sent < data.length; sent += FRAME_DATA_BYTES) {
    if (answer.status !== STATUS.more) return cutShort(answer);
    answer = await exchangeFrame(link, ADDITIONAL_FRAME, data.subarray(sent, sent + FRAME_DATA_BYTES));
  }
  const parts = [...answer.data];
  for (let frames = 1; answer.status === STATUS.more; frames += 1) {
    if (frames === MOST_FRAMES) {
      throw new EncoderError('device_protocol', `the card's answer does not end after ${MOST_FRAMES} frames`);
    }
    answer = await exchangeFrame(link, ADDITIONAL_FRAME);
    parts.push(...answer.data);
  }
  return { status: answer.status, data: Uint8Array.from(parts) };
}

/** As `exchange`, for a command that must succeed: its data. Rejects as `statusError` says. */
export async function perform(
  link: IsoDepLink,
  doing: string,
  ins: number,
  data: Uint8Array = NO_DATA,
): Promise<Uint8Array> {
  const answer = await exchange(link, ins, data);
  if (answer.status !== STATUS.done) throw statusError(doing, answer.status);
  return answer.data;
}

/** An error status may come before all frames went out; "done" may not. */
function cutShort(answer: DesfireAnswer): DesfireAnswer {
  if (answer.status !== STATUS.done) return answer;
  throw new EncoderError('device_protocol', 'the card said "done" before it had the whole command');
}
