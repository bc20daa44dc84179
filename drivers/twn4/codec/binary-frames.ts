import { SIMPLE_PROTOCOL_PRESET, withCrc16, withoutCrc16 } from './crc16.ts';
import { type FrameReader, type Incoming, LONGEST_MESSAGE_BYTES } from './frame-reader.ts';

const LENGTH_BYTES = 2;
/** The greatest status byte that there is: wrong length, of the protocol's source. */
const LAST_STATUS = 0x06;

/**
 * A message in binary mode (TWN4 Simple Protocol, section 1.3.2): its length in two bytes, least significant first, then its bytes. A CRC
 * (section 1.3.3) is part of the length: GetUSBType is `02 00 00 05` or `04 00 00 05 15 A7`.
 */
export function encodeBinary(message: Uint8Array, hasCrc: boolean): Uint8Array {
  const bytes = hasCrc ? withCrc16(message, SIMPLE_PROTOCOL_PRESET) : message;
  return Uint8Array.of(bytes.length & 0xff, bytes.length >>> 8, ...bytes);
}

/**
 * Reads messages by their length. Where none can begin (a length that no message has, a wrong CRC, a status byte that there is not), a byte is dropped and
 * the next one tried.
 */
export class BinaryFrameReader implements FrameReader {
  readonly #hasCrc: boolean;
  #kept: Uint8Array = new Uint8Array(0);

  constructor(hasCrc: boolean) {
    this.#hasCrc = hasCrc;
  }

  get hasBegun(): boolean {
    return this.#kept.length > 0;
  }

  push(bytes: Uint8Array): Incoming[] {
    const all = new Uint8Array(this.#kept.length + bytes.length);
    all.set(this.#kept);
    all.set(bytes, this.#kept.length);
    return this.#scan(all, true);
  }

  giveUp(): Incoming[] {
    return this.#hasCrc ? this.#scan(this.#kept, false) : [];
  }

  reset(): void {
    this.#kept = new Uint8Array(0);
  }

  /** `goesOn`: more bytes may come, and are waited for where a message has begun. */
  #scan(all: Uint8Array, goesOn: boolean): Incoming[] {
    const found: Incoming[] = [];
    let at = 0;
    let dropped = 0;
    const tellDropped = () => {
      if (dropped > 0) found.push({ kind: 'nonsense', bytes: dropped });
      dropped = 0;
    };
    while (at + LENGTH_BYTES <= all.length) {
      const length = (all[at] ?? 0) + 256 * (all[at + 1] ?? 0);
      const end = at + LENGTH_BYTES + length;
      const isLength = length >= (this.#hasCrc ? 3 : 1) && length <= LONGEST_MESSAGE_BYTES;
      if (isLength && end > all.length && goesOn) break;
      const isWhole = isLength && end <= all.length;
      const message = isWhole ? this.#read(all.slice(at + LENGTH_BYTES, end)) : undefined;
      if (message === undefined) {
        at += 1;
        dropped += 1;
        continue;
      }
      tellDropped();
      found.push({ kind: 'message', message });
      at = end;
    }
    tellDropped();
    this.#kept = all.slice(at);
    return found;
  }

  #read(bytes: Uint8Array): Uint8Array | undefined {
    const message = this.#hasCrc ? withoutCrc16(bytes, SIMPLE_PROTOCOL_PRESET) : bytes;
    return message !== undefined && (message[0] ?? 0) <= LAST_STATUS ? message : undefined;
  }
}
