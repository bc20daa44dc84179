import { createDecipheriv } from 'node:crypto';
import { expect } from 'vitest';
import type { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { send } from './send.ts';

const ZEROS = new Uint8Array(8);

/** A reader that has authenticated a DES key of 8 bytes by 0A. It deciphers whatever it sends. It was not made from the chip's own code. */
export class LegacyReader {
  readonly keyNumber: number;
  readonly #chip: DesfireChip;
  readonly #session: string;

  /** Throws when the card refuses; `key` in hexadecimal. */
  constructor(chip: DesfireChip, keyNumber: number, key = '00'.repeat(8)) {
    this.#chip = chip;
    this.keyNumber = keyNumber;
    const rndA = fromHex('0102030405060708');
    const first = chip.exchange(Uint8Array.of(0x90, 0x0a, 0, 0, 1, keyNumber, 0));
    if (first.kind !== 'data' || first.bytes.length !== 10) throw new Error('no challenge');
    const rndB = decipher(key, ZEROS, first.bytes.slice(0, 8));
    const token = sealed(key, Uint8Array.of(...rndA, ...rndB.subarray(1), ...rndB.subarray(0, 1)));
    const { data, status } = send(chip, 0xaf, token);
    if (status !== '9100') throw new Error(`the card answers ${status}`);
    expect(toHex(decipher(key, ZEROS, data))).toBe('0203040506070801');
    this.#session = toHex(Uint8Array.of(...rndA.subarray(0, 4), ...rndB.subarray(0, 4)));
  }

  /** A command whose data, with CRC_A, is enciphered after its header. */
  full(code: number, header: string, clear: string, crc: string): string {
    const data = fromHex(clear + crc);
    const padded = new Uint8Array(Math.ceil(data.length / 8) * 8);
    padded.set(data);
    const { status } = send(
      this.#chip,
      code,
      Uint8Array.of(...fromHex(header), ...sealed(this.#session, padded)),
    );
    return status;
  }
}

function sealed(key: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  let last: Uint8Array = ZEROS;
  for (let at = 0; at < data.length; at += 8) {
    const mixed = data.slice(at, at + 8).map((byte, place) => byte ^ (last[place] ?? 0));
    last = decipher(key, ZEROS, mixed);
    out.set(last, at);
  }
  return out;
}

/** DES is triple DES with the same key thrice. */
function decipher(key: string, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede3-cbc', fromHex(key.repeat(3)), iv).setAutoPadding(false);
  return new Uint8Array(decipher.update(data));
}
