import { createCipheriv, createDecipheriv } from 'node:crypto';
import { expect } from 'vitest';
import type { DesfireChip } from '../../../../drivers/virtual/desfire/desfire-chip.ts';
import { aesCmac } from '../../../../src/card/cmac.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { type Answer, send, ZERO_KEY } from './send.ts';

const ZEROS = new Uint8Array(16);

/** A reader that has authenticated an AES key by EV2First: what it sends carries counters and MACs. It was not made from the chip's own code. */
export class Ev2Reader {
  readonly #chip: DesfireChip;
  readonly #enciphering: Uint8Array;
  readonly #maccing: Uint8Array;
  readonly #transaction: Uint8Array;
  #counter = 0;

  /** Throws when the card refuses; `key` in hexadecimal. */
  constructor(chip: DesfireChip, keyNumber: number, key = ZERO_KEY) {
    this.#chip = chip;
    const rndA = Uint8Array.from({ length: 16 }, (_, at) => 0xa0 + at);
    const first = chip.exchange(Uint8Array.of(0x90, 0x71, 0, 0, 2, keyNumber, 0, 0));
    if (first.kind !== 'data' || first.bytes.length !== 18) throw new Error('no challenge');
    const rndB = decrypt(fromHex(key), ZEROS, first.bytes.subarray(0, 16));
    const token = encrypt(
      fromHex(key),
      ZEROS,
      Uint8Array.of(...rndA, ...rndB.subarray(1), ...rndB.subarray(0, 1)),
    );
    const { data, status } = send(chip, 0xaf, token);
    if (status !== '9100') throw new Error(`the card answers ${status}`);
    this.#transaction = decrypt(fromHex(key), ZEROS, data).slice(0, 4);
    const mixed = rndA.subarray(2, 8).map((byte, at) => byte ^ (rndB[at] ?? 0));
    const context = [...rndA.subarray(0, 2), ...mixed, ...rndB.subarray(6), ...rndA.subarray(8)];
    this.#enciphering = aesCmac(fromHex(key), Uint8Array.of(0xa5, 0x5a, 0, 1, 0, 0x80, ...context));
    this.#maccing = aesCmac(fromHex(key), Uint8Array.of(0x5a, 0xa5, 0, 1, 0, 0x80, ...context));
  }

  /** A command with a MAC, all of it in clear; the answer's MAC is checked. Both in hexadecimal; a refusal is its status. */
  mac(code: number, clear: string): string {
    const data = fromHex(clear);
    return this.#finish(send(this.#chip, code, Uint8Array.of(...data, ...this.#mac(code, data))));
  }

  /** A command whose data is enciphered after its header. */
  full(code: number, header: string, clear: string): string {
    const data = fromHex(clear);
    const padded = Uint8Array.of(...data, 0x80, ...new Uint8Array(15 - (data.length % 16)));
    const body = Uint8Array.of(...fromHex(header), ...encrypt(this.#enciphering, this.#iv('A55A'), padded));
    return this.#finish(send(this.#chip, code, Uint8Array.of(...body, ...this.#mac(code, body))));
  }

  /** A command that asks for enciphered data: the data in clear. */
  read(code: number, clear: string): string {
    const answer = this.mac(code, clear);
    if (!answer.endsWith('9100')) return answer;
    const padded = decrypt(this.#enciphering, this.#iv('5AA5'), fromHex(answer.slice(0, -4)));
    return `${toHex(padded.subarray(0, padded.lastIndexOf(0x80)))}9100`;
  }

  #finish({ data, status }: Answer): string {
    if (status !== '9100') return status;
    this.#counter += 1;
    if (data.length === 0) return status;
    const body = data.subarray(0, -8);
    expect(toHex(data.subarray(-8)), 'the MAC of the answer').toBe(toHex(this.#mac(0x00, body)));
    return `${toHex(body)}${status}`;
  }

  #mac(code: number, body: Uint8Array): Uint8Array {
    const head = [code, this.#counter & 0xff, this.#counter >> 8, ...this.#transaction];
    return aesCmac(this.#maccing, Uint8Array.of(...head, ...body)).filter((_, at) => at % 2 === 1);
  }

  #iv(label: string): Uint8Array {
    const counter = [this.#counter & 0xff, this.#counter >> 8];
    const block = Uint8Array.of(...fromHex(label), ...this.#transaction, ...counter, ...new Uint8Array(8));
    return encrypt(this.#enciphering, ZEROS, block);
  }
}

function encrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false).update(data));
}

function decrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false).update(data));
}
