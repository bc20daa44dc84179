import { aesCmac } from '../../../src/card/cmac.ts';
import { aes, isSame, xor } from './block-cipher.ts';
import type { Messaging, OpenAnswer, SealedCommand, Security } from './messaging.ts';
import { INTEGRITY_ERROR, LENGTH_ERROR, OK, Refusal } from './status.ts';

const MAC_BYTES = 8;
const BLOCK = 16;

/** What outlives AuthenticateEV2NonFirst: the number of the transaction, and how many commands there were in it. */
export interface Ev2Transaction {
  readonly identifier: Uint8Array;
  commands: number;
}

export interface Ev2Keys {
  readonly enciphering: Uint8Array;
  readonly maccing: Uint8Array;
}

/** Session keys of AuthenticateEV2First and NonFirst (NXP AN12196, section 6.6). */
export function ev2SessionKeys(key: Uint8Array, rndA: Uint8Array, rndB: Uint8Array): Ev2Keys {
  const context = Uint8Array.of(
    ...rndA.subarray(0, 2),
    ...xor(rndA.subarray(2, 8), rndB.subarray(0, 6)),
    ...rndB.subarray(6),
    ...rndA.subarray(8),
  );
  return {
    enciphering: aesCmac(key, Uint8Array.of(0xa5, 0x5a, 0x00, 0x01, 0x00, 0x80, ...context)),
    maccing: aesCmac(key, Uint8Array.of(0x5a, 0xa5, 0x00, 0x01, 0x00, 0x80, ...context)),
  };
}

/** EV2 secure messaging: every message has a counter in its MAC and in its IV (NXP AN12196, sections 6.2 to 6.4). */
export class Ev2Messaging implements Messaging {
  readonly name = 'ev2';
  readonly keyNumber: number;
  readonly transaction: Ev2Transaction;
  readonly #keys: Ev2Keys;

  constructor(keyNumber: number, keys: Ev2Keys, transaction: Ev2Transaction) {
    this.keyNumber = keyNumber;
    this.#keys = keys;
    this.transaction = transaction;
  }

  sealedBytes(security: Security, clearBytes: number): number {
    if (security === 'plain') return clearBytes;
    if (security !== 'full' || clearBytes === 0) return clearBytes + MAC_BYTES;
    return (Math.floor(clearBytes / BLOCK) + 1) * BLOCK + MAC_BYTES;
  }

  open({ code, payload, security, headerBytes = 0, ...command }: SealedCommand): Uint8Array {
    if (security === 'plain') return payload;
    if (payload.length < MAC_BYTES) throw new Refusal(LENGTH_ERROR);
    const body = payload.subarray(0, -MAC_BYTES);
    if (!isSame(payload.subarray(-MAC_BYTES), this.#mac(code, body))) throw new Refusal(INTEGRITY_ERROR);
    if (security !== 'full') return body;
    const data = this.#deciphered(body.subarray(headerBytes));
    const { dataBytes = 0, trailerBytes = 0 } = command;
    if (data.length !== dataBytes + trailerBytes) throw new Refusal(LENGTH_ERROR);
    return Uint8Array.of(...body.subarray(0, headerBytes), ...data);
  }

  seal({ data, security }: OpenAnswer): Uint8Array {
    this.transaction.commands += 1;
    if (security === 'plain') return data;
    const body = security === 'full' && data.length > 0 ? this.#enciphered(data) : data;
    return Uint8Array.of(...body, ...this.#mac(OK, body));
  }

  /** Every second byte of the CMAC. `code` is the command's, or the answer's status. */
  #mac(code: number, body: Uint8Array): Uint8Array {
    const { identifier } = this.transaction;
    const whole = aesCmac(
      this.#keys.maccing,
      Uint8Array.of(code, ...this.#counter(), ...identifier, ...body),
    );
    return whole.filter((_, at) => at % 2 === 1);
  }

  #deciphered(body: Uint8Array): Uint8Array {
    if (body.length === 0 || body.length % BLOCK !== 0) throw new Refusal(LENGTH_ERROR);
    const clear = aes(this.#keys.enciphering).decrypt(this.#iv(0xa5, 0x5a), body);
    const end = clear.findLastIndex((byte) => byte !== 0x00);
    if (clear[end] !== 0x80) throw new Refusal(INTEGRITY_ERROR);
    return clear.subarray(0, end);
  }

  #enciphered(data: Uint8Array): Uint8Array {
    const padded = new Uint8Array((Math.floor(data.length / BLOCK) + 1) * BLOCK);
    padded.set([...data, 0x80]);
    return aes(this.#keys.enciphering).encrypt(this.#iv(0x5a, 0xa5), padded);
  }

  #iv(...label: readonly [number, number]): Uint8Array {
    const { identifier } = this.transaction;
    const block = Uint8Array.of(...label, ...identifier, ...this.#counter(), ...new Uint8Array(8));
    return aes(this.#keys.enciphering).encrypt(new Uint8Array(BLOCK), block);
  }

  #counter(): readonly [number, number] {
    const { commands } = this.transaction;
    return [commands & 0xff, (commands >> 8) & 0xff];
  }
}
