import { fromHex, toHex } from '../../../src/card/hex.ts';
import { SIMPLE_PROTOCOL_PRESET, withCrc16, withoutCrc16 } from './crc16.ts';
import { type FrameReader, type Incoming, LONGEST_MESSAGE_BYTES } from './frame-reader.ts';

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

const LONGEST_LINE = 2 * LONGEST_MESSAGE_BYTES;

/**
 * A message in ASCII mode (TWN4 Simple Protocol, section 1.3.1): two hexadecimal digits for each byte, and a carriage return. With a CRC
 * (section 1.3.3), its two bytes come before that: GetUSBType is `0005` or `000515A7`.
 */
export function encodeAscii(message: Uint8Array, hasCrc: boolean): Uint8Array {
  const bytes = hasCrc ? withCrc16(message, SIMPLE_PROTOCOL_PRESET) : message;
  return new TextEncoder().encode(`${toHex(bytes)}\r`);
}

/**
 * Reads lines. Either case of the digits is fine, and so is a line feed at the end; a line that is anything else is nonsense, an empty one nothing.
 * With a CRC, noise before the digits is skipped.
 */
export class AsciiFrameReader implements FrameReader {
  readonly #hasCrc: boolean;
  #line: number[] = [];
  /** Of the line that comes now, its lost beginning counted. */
  #length = 0;

  constructor(hasCrc: boolean) {
    this.#hasCrc = hasCrc;
  }

  get hasBegun(): boolean {
    return this.#length > 0;
  }

  push(bytes: Uint8Array): Incoming[] {
    const found: Incoming[] = [];
    for (const byte of bytes) {
      if (byte === CARRIAGE_RETURN || byte === LINE_FEED) {
        if (this.#length > 0) found.push(this.#read());
        this.reset();
        continue;
      }
      this.#length += 1;
      if (this.#length <= LONGEST_LINE) this.#line.push(byte);
    }
    return found;
  }

  giveUp(): Incoming[] {
    return [];
  }

  reset(): void {
    this.#line = [];
    this.#length = 0;
  }

  #read(): Incoming {
    const nonsense: Incoming = { kind: 'nonsense', bytes: this.#length };
    if (this.#length > LONGEST_LINE) return nonsense;
    const text = String.fromCharCode(...this.#line);
    const message = this.#hasCrc ? afterNoise(text) : messageIn(text);
    return message === undefined ? nonsense : { kind: 'message', message };
  }
}

function messageIn(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})+$/i.test(text) ? fromHex(text) : undefined;
}

/** How many characters of noise are looked behind. */
const MOST_NOISE = 64;

/** The longest end of a line that a CRC proves. */
function afterNoise(text: string): Uint8Array | undefined {
  const [digits = ''] = /[0-9a-f]*$/i.exec(text) ?? [];
  const bytes = fromHex(digits.slice(digits.length % 2));
  const lost = text.length - 2 * bytes.length;
  for (let from = 0; lost + 2 * from <= MOST_NOISE && from < bytes.length; from++) {
    const message = withoutCrc16(bytes.subarray(from), SIMPLE_PROTOCOL_PRESET);
    if (message !== undefined) return message.slice();
  }
  return undefined;
}
