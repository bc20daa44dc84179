/**
 * Frames between a host and a PN532 (NXP UM0701-02, section 6.2.1), in both directions. Pure: bytes in, frames out.
 *
 * A frame is `00 00 FF`, its length and a check of that, what it carries beginning with its direction, a check of that, and `00`. The zeros at its ends may
 * be missing or more than one.
 */

/** From the chip: the command came in whole. From the host: what is under way is to end. */
export const ACK_FRAME: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00);
/** The last answer is to be sent again. */
export const NACK_FRAME: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00);

/** First byte of what a frame carries: the direction. */
export const TO_CHIP = 0xd4;
export const FROM_CHIP = 0xd5;
/** The only byte of the frame with which the chip tells of a command that it does not understand (section 6.2.1.5). */
const SYNTAX_ERROR = 0x7f;

/** Bytes that one frame carries at most, direction and command code with them (section 6.2.1.2: 265). */
export const MOST_FRAME_DATA = 265;
/** Start code, both lengths and their check, data, its check. */
const LONGEST_FRAME = 2 + 5 + MOST_FRAME_DATA + 1;

/** What came over the wire. */
export type Frame =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nack' }
  /** The chip did not understand the command. */
  | { readonly kind: 'syntax_error' }
  /** `data` begins with the direction, then the code. */
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** Its length and direction were right and its data were not: what came, unchecked. */
  | { readonly kind: 'broken'; readonly data: Uint8Array };

const ACK: Frame = { kind: 'ack' };
const NACK: Frame = { kind: 'nack' };

/**
 * Puts a direction, a command code and what it carries into a frame: an extended one from 256 bytes on.
 * Throws a plain Error for more than a frame holds.
 */
export function encodeFrame(direction: number, code: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  if (length > MOST_FRAME_DATA) throw new Error(`a frame holds ${MOST_FRAME_DATA} bytes, not ${length}`);
  const head = length > 0xff ? 8 : 5;
  const frame = new Uint8Array(head + length + 2);
  frame[2] = 0xff;
  if (length > 0xff) {
    frame[3] = 0xff;
    frame[4] = 0xff;
    frame[5] = length >> 8;
    frame[6] = length & 0xff;
    frame[7] = -((length >> 8) + length) & 0xff;
  } else {
    frame[3] = length;
    frame[4] = -length & 0xff;
  }
  frame[head] = direction;
  frame[head + 1] = code;
  frame.set(data, head + 2);
  frame[head + length] = -sum(frame, head, head + length) & 0xff;
  return frame;
}

/**
 * Finds the frames in what comes over a line, in pieces of any size, and passes over everything between them. Keeps no more than one frame.
 * A frame whose check fails is looked through for another one: what was taken for its length may have been noise.
 */
export class FrameReader {
  readonly #kept = new Uint8Array(2 * LONGEST_FRAME);
  #keptBytes = 0;

  /** The frames that these bytes complete. They hold copies: `bytes` may be used again. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let rest = bytes;
    while (this.#keptBytes > 0 && rest.length > 0) {
      const taken = Math.min(rest.length, this.#kept.length - this.#keptBytes);
      this.#kept.set(rest.subarray(0, taken), this.#keptBytes);
      const filled = this.#kept.subarray(0, this.#keptBytes + taken);
      rest = rest.subarray(taken);
      this.#keep(filled, scan(filled, frames));
    }
    if (rest.length > 0) this.#keep(rest, scan(rest, frames));
    return frames;
  }

  /** Nothing has come for so long that what has begun is no frame: the frames that are in it nevertheless. */
  giveUp(): Frame[] {
    const frames: Frame[] = [];
    while (this.#keptBytes > 0) {
      const rest = this.#kept.subarray(1, this.#keptBytes);
      this.#keep(rest, scan(rest, frames));
    }
    return frames;
  }

  #keep(bytes: Uint8Array, from: number): void {
    this.#keptBytes = bytes.length - from;
    // `bytes` may be a part of `#kept`: set() copies as if by way of another place.
    this.#kept.set(bytes.subarray(from));
  }
}

/** Puts every whole frame into `frames`; says from where on bytes are still needed. */
function scan(bytes: Uint8Array, frames: Frame[]): number {
  const end = bytes.length;
  for (let at = 0; ; ) {
    // A start code is 00 FF, so the FF is looked for from the second byte on.
    const mark = bytes.indexOf(0xff, at + 1);
    if (mark < 0) return bytes[end - 1] === 0x00 ? Math.max(at, end - 1) : end;
    at = mark;
    if (bytes[mark - 1] !== 0x00) continue;
    if (mark + 2 >= end) return mark - 1;
    const length = bytes[mark + 1] ?? 0;
    const check = bytes[mark + 2] ?? 0;
    if (length === 0x00 && check === 0xff) {
      frames.push(ACK);
      at = mark + 2;
    } else if (length === 0xff && check === 0x00) {
      frames.push(NACK);
      at = mark + 2;
    } else if (length === 0xff && check === 0xff) {
      if (mark + 5 >= end) return mark - 1;
      const high = bytes[mark + 3] ?? 0;
      const low = bytes[mark + 4] ?? 0;
      if (((high + low + (bytes[mark + 5] ?? 0)) & 0xff) !== 0) continue;
      const next = takeData(bytes, mark, mark + 6, high * 256 + low, frames);
      if (next < 0) return mark - 1;
      at = next;
    } else if (((length + check) & 0xff) === 0) {
      const next = takeData(bytes, mark, mark + 3, length, frames);
      if (next < 0) return mark - 1;
      at = next;
    }
  }
}

/** The place at which to go on, from which the next FF is one further; -1: bytes are missing. */
function takeData(bytes: Uint8Array, mark: number, from: number, length: number, frames: Frame[]): number {
  if (length === 0 || length > MOST_FRAME_DATA) return mark;
  const direction = bytes[from];
  if (direction === undefined) return -1;
  // Noise that looks like a length is not waited for.
  const isSyntaxError = length === 1 && direction === SYNTAX_ERROR;
  if (direction !== FROM_CHIP && direction !== TO_CHIP && !isSyntaxError) return mark;
  const to = from + length;
  if (to >= bytes.length) return -1;
  const isWhole = (sum(bytes, from, to + 1) & 0xff) === 0;
  if (isWhole) {
    frames.push(isSyntaxError ? { kind: 'syntax_error' } : { kind: 'data', data: bytes.slice(from, to) });
    return to;
  }
  frames.push({ kind: 'broken', data: bytes.slice(from, to) });
  return mark;
}

function sum(bytes: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at++) total += bytes[at] ?? 0;
  return total;
}
