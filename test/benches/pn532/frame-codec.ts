/** Frames between a host and a PN532 (NXP UM0701-02, section 6.2.1), in both directions: bytes in and out, no port. */

const START_CODE = [0x00, 0x00, 0xff] as const;

/** "Got it": the chip sends it for each command, before the answer; the host sends it to end what the chip is doing. */
export const ACK_FRAME = Uint8Array.of(...START_CODE, 0x00, 0xff, 0x00);
/** "Say it again." */
export const NACK_FRAME = Uint8Array.of(...START_CODE, 0xff, 0x00, 0x00);
/** The chip did not understand the command: an application error with the code 7F. */
export const ERROR_FRAME = Uint8Array.of(...START_CODE, 0x01, 0xff, 0x7f, 0x81, 0x00);

/** Who speaks: the first byte of what a frame carries. */
export const FROM_HOST = 0xd4;
export const FROM_CHIP = 0xd5;

/** What came over the wire. `data` begins with the direction; `broken` is a frame whose checksums do not fit. */
export type Frame =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nack' }
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'broken' };

/** Puts 1 to 264 bytes into a frame, beginning with their direction: an extended one where they are more than 255. */
export function encodeFrame(data: Uint8Array): Uint8Array {
  const [high, low] = [data.length >> 8, data.length & 0xff];
  const length = data.length > 0xff ? [0xff, 0xff, high, low, -(high + low) & 0xff] : [low, -low & 0xff];
  return Uint8Array.of(...START_CODE, ...length, ...data, -sum(data) & 0xff, 0x00);
}

/** Finds the frames in what comes over a port, in pieces of any size. Everything between frames, as the wake-up `55 55 00 ..`, is passed over. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array(0);

  /** The frames that these bytes complete. */
  push(bytes: Uint8Array): Frame[] {
    this.#bytes = Uint8Array.of(...this.#bytes, ...bytes);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  /** Undefined: more bytes have to come. */
  #next(): Frame | undefined {
    const start = this.#findStart();
    if (start === undefined) return undefined;
    const [length, lengthCheck] = this.#bytes.subarray(start, start + 2);
    if (length === undefined || lengthCheck === undefined) return undefined;
    if (length === 0x00 && lengthCheck === 0xff) return this.#take(start + 2, { kind: 'ack' });
    if (length === 0xff && lengthCheck === 0x00) return this.#take(start + 2, { kind: 'nack' });
    if (length === 0xff && lengthCheck === 0xff) return this.#nextExtended(start + 2);
    if (((length + lengthCheck) & 0xff) !== 0) return this.#take(start + 2, { kind: 'broken' });
    return this.#nextData(start + 2, length);
  }

  #nextExtended(at: number): Frame | undefined {
    const [high, low, check] = this.#bytes.subarray(at, at + 3);
    if (high === undefined || low === undefined || check === undefined) return undefined;
    if (((high + low + check) & 0xff) !== 0) return this.#take(at + 3, { kind: 'broken' });
    return this.#nextData(at + 3, high * 256 + low);
  }

  #nextData(at: number, length: number): Frame | undefined {
    if (this.#bytes.length < at + length + 1) return undefined;
    const isWhole = (sum(this.#bytes.subarray(at, at + length + 1)) & 0xff) === 0;
    const data = this.#bytes.slice(at, at + length);
    return this.#take(at + length + 1, isWhole ? { kind: 'data', data } : { kind: 'broken' });
  }

  /** Where the frame goes on after its start code `00 FF`. The zero after a frame may be the first of the next. */
  #findStart(): number | undefined {
    const at = this.#bytes.findIndex((byte, place) => byte === 0x00 && this.#bytes[place + 1] === 0xff);
    if (at >= 0) return at + 2;
    this.#bytes = this.#bytes.slice(this.#bytes.at(-1) === 0x00 ? -1 : this.#bytes.length);
    return undefined;
  }

  #take(end: number, frame: Frame): Frame {
    this.#bytes = this.#bytes.slice(end);
    return frame;
  }
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}
