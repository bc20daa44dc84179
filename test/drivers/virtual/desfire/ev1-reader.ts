import { createCipheriv, createDecipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import type { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { aesCmacSubkeys } from '../../../../src/card/cmac.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { send, ZERO_KEY } from './send.ts';

/** A reader that has authenticated an AES key by AA: an IV goes on through everything it sends and gets. It was not made from the chip's own code. */
export class Ev1Reader {
  readonly #chip: DesfireChip;
  readonly #session: Uint8Array;
  #iv = new Uint8Array(16);

  /** Throws when the card refuses; `key` in hexadecimal. */
  constructor(chip: DesfireChip, keyNumber: number, key = ZERO_KEY) {
    this.#chip = chip;
    const rndA = Uint8Array.from({ length: 16 }, (_, at) => 0x50 + at);
    const first = chip.exchange(Uint8Array.of(0x90, 0xaa, 0, 0, 1, keyNumber, 0));
    if (first.kind !== 'data' || first.bytes.length !== 18) throw new Error('no challenge');
    const challenge = first.bytes.slice(0, 16);
    const rndB = decipher(fromHex(key), new Uint8Array(16), challenge);
    const both = Uint8Array.of(...rndA, ...rndB.subarray(1), ...rndB.subarray(0, 1));
    const token = encipher(fromHex(key), challenge, both);
    const { data, status } = send(chip, 0xaf, token);
    if (status !== '9100') throw new Error(`the card answers ${status}`);
    const answered = decipher(fromHex(key), token.subarray(16), data);
    expect(toHex(answered)).toBe(toHex(Uint8Array.of(...rndA.subarray(1), ...rndA.subarray(0, 1))));
    const parts = [rndA.subarray(0, 4), rndB.subarray(0, 4), rndA.subarray(12), rndB.subarray(12)];
    this.#session = Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  /** A command in clear; the answer's MAC is checked. Both in hexadecimal; a refusal is its status. */
  ordinary(code: number, clear: string): string {
    const data = fromHex(clear);
    this.#mac(Uint8Array.of(code, ...data));
    return this.#finish(code, data);
  }

  /** A file's data with a MAC. */
  maced(code: number, clear: string): string {
    const data = fromHex(clear);
    return this.#finish(code, Uint8Array.of(...data, ...this.#mac(Uint8Array.of(code, ...data))));
  }

  /** A command whose data, and a checksum over all of it, is enciphered after its header; `trailer` comes after the checksum. */
  full(code: number, header: string, clear: string, trailer = ''): string {
    const head = Uint8Array.of(code, ...fromHex(header));
    const data = Uint8Array.of(...fromHex(clear), ...checksum(Uint8Array.of(...head, ...fromHex(clear))));
    const padded = new Uint8Array(Math.ceil((data.length + trailer.length / 2) / 16) * 16);
    padded.set([...data, ...fromHex(trailer)]);
    const sealed = encipher(this.#session, this.#iv, padded);
    this.#iv = sealed.slice(-16);
    return this.#finish(code, Uint8Array.of(...head.subarray(1), ...sealed));
  }

  #finish(code: number, body: Uint8Array): string {
    const { data, status } = send(this.#chip, code, body);
    if (status !== '9100' || data.length === 0) return status;
    const clear = data.subarray(0, -8);
    expect(toHex(data.subarray(-8)), 'the MAC of the answer').toBe(
      toHex(this.#mac(Uint8Array.of(...clear, 0x00))),
    );
    return `${toHex(clear)}${status}`;
  }

  #mac(message: Uint8Array): Uint8Array {
    const { k1, k2 } = aesCmacSubkeys(this.#session);
    const isWhole = message.length > 0 && message.length % 16 === 0;
    const padded = new Uint8Array(Math.max(1, Math.ceil(message.length / 16)) * 16);
    padded.set(isWhole ? message : [...message, 0x80]);
    const start = padded.length - 16;
    for (const [at, byte] of (isWhole ? k1 : k2).entries())
      padded[start + at] = (padded[start + at] ?? 0) ^ byte;
    this.#iv = encipher(this.#session, this.#iv, padded).slice(-16);
    return this.#iv.slice(0, 8);
  }
}

/** CRC-32 without the last inversion, the least significant byte first. */
export function checksum(bytes: Uint8Array): Uint8Array {
  const crc = ~crc32(bytes);
  return Uint8Array.of(crc, crc >> 8, crc >> 16, crc >> 24);
}

function encipher(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false).update(data));
}

function decipher(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false).update(data));
}
