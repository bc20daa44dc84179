import { parseCommandApdu } from '../../../src/card/apdu.ts';

/** The longest frame, status or code included: FSC 64 (ISO/IEC 14443-4) without prologue, CID and check bytes. */
export const FRAME_BYTES = 60;

/** Data that a frame of an answer carries beside its status. */
export const ANSWER_BYTES = FRAME_BYTES - 1;

export interface NativeFrame {
  readonly code: number;
  readonly data: Uint8Array;
}

/** How a frame came: native `code data`, answered with `status data`; wrapped `90 code 00 00 [Lc data] 00`, answered with `data 91 status`. */
export type Wrapping = 'native' | 'wrapped';

/** Takes a frame apart; undefined when its lengths do not fit. */
export function readFrame(frame: Uint8Array, wrapping: Wrapping): NativeFrame | undefined {
  const none = new Uint8Array(0);
  if (wrapping === 'native') {
    const [code] = frame;
    return code === undefined ? undefined : { code, data: frame.slice(1) };
  }
  const apdu = parseCommandApdu(frame);
  if (apdu === undefined || apdu.p1 !== 0 || apdu.p2 !== 0 || apdu.le === undefined) return undefined;
  return { code: apdu.ins, data: apdu.data ?? none };
}

export function writeFrame(status: number, data: Uint8Array, wrapping: Wrapping): Uint8Array {
  return wrapping === 'native' ? Uint8Array.of(status, ...data) : Uint8Array.of(...data, 0x91, status);
}

/** Splits an answer into frames: the first as long as `cuts` says, the others as long as they may be. At least one, an empty one perhaps. */
export function splitAnswer(data: Uint8Array, cuts: readonly number[] = []): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  do {
    const end = at + (cuts[frames.length] ?? ANSWER_BYTES);
    frames.push(data.slice(at, end));
    at = end;
  } while (at < data.length);
  return frames;
}
