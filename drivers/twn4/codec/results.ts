import { EncoderError } from '../../../src/encoder/errors.ts';

/** Reads what follows the status byte of an answer, from its beginning. Every step throws an EncoderError `device_protocol` where the answer is shorter. */
export class Results {
  readonly #bytes: Uint8Array;
  readonly #doing: string;
  #at = 0;

  /** `doing` is told when the answer does not fit. */
  constructor(bytes: Uint8Array, doing: string) {
    this.#bytes = bytes;
    this.#doing = doing;
  }

  /** One byte, 00 or 01. */
  bool(): boolean {
    const value = this.byte();
    if (value > 1) throw this.#unfit(`${value} stands where yes or no should`);
    return value === 1;
  }

  byte(): number {
    return this.fixed(1)[0] ?? 0;
  }

  /** Four bytes, least significant first. */
  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.fixed(4);
    return a + b * 0x100 + c * 0x10000 + d * 0x1000000;
  }

  /** So many bytes, a copy. */
  fixed(length: number): Uint8Array {
    const bytes = this.#bytes.slice(this.#at, this.#at + length);
    if (bytes.length < length) throw this.#unfit(`${this.#bytes.length} bytes are too few`);
    this.#at += length;
    return bytes;
  }

  /** As many bytes as the one before them says, a copy. */
  counted(): Uint8Array {
    return this.fixed(this.byte());
  }

  /** Nothing may follow. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw this.#unfit(`${left} bytes are left over`);
  }

  #unfit(what: string): EncoderError {
    return new EncoderError('device_protocol', `${this.#doing}: the reader's answer does not fit: ${what}`);
  }
}
