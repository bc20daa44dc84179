import { type BlockCipher, isSame, padTo, xor } from './block-cipher.ts';
import { crc16 } from './crc.ts';
import type { Messaging, OpenAnswer, SealedCommand, Security } from './messaging.ts';
import { INTEGRITY_ERROR, LENGTH_ERROR, Refusal } from './status.ts';

const BLOCK = 8;
const MAC_BYTES = 4;
const CRC_BYTES = 2;

/**
 * The secure messaging of the first DESFire (MF3ICD40), after Authenticate 0A: DES or triple DES with an IV of zeros for each message.
 * The card always enciphers and the reader always deciphers, whichever way the data goes.
 */
export class LegacyMessaging implements Messaging {
  readonly name = 'legacy';
  readonly keyNumber: number;
  readonly #cipher: BlockCipher;

  constructor(keyNumber: number, cipher: BlockCipher) {
    this.keyNumber = keyNumber;
    this.#cipher = cipher;
  }

  sealedBytes(security: Security, clearBytes: number): number {
    if (security === 'mac') return clearBytes + MAC_BYTES;
    return security === 'full' ? Math.ceil((clearBytes + CRC_BYTES) / BLOCK) * BLOCK : clearBytes;
  }

  open({ payload, security, headerBytes = payload.length, ...command }: SealedCommand): Uint8Array {
    const header = payload.subarray(0, headerBytes);
    const body = payload.subarray(headerBytes);
    if (security === 'mac') return Uint8Array.of(...header, ...this.#checked(body));
    if (security === 'full') return Uint8Array.of(...header, ...this.#deciphered(body, command));
    return payload;
  }

  seal({ data, security, isLengthOpen }: OpenAnswer): Uint8Array {
    if (security === 'mac') return Uint8Array.of(...data, ...this.#mac(data));
    if (security !== 'full') return data;
    const end = isLengthOpen ? [0x80] : [];
    return this.#cipher.encrypt(
      new Uint8Array(BLOCK),
      padTo(Uint8Array.of(...data, ...crc16(data), ...end), BLOCK),
    );
  }

  #checked(body: Uint8Array): Uint8Array {
    const data = body.subarray(0, -MAC_BYTES);
    if (!isSame(body.subarray(-MAC_BYTES), this.#mac(data))) throw new Refusal(INTEGRITY_ERROR);
    return data;
  }

  #mac(data: Uint8Array): Uint8Array {
    const padded = padTo(data.length === 0 ? new Uint8Array(1) : data, BLOCK);
    return this.#cipher.encrypt(new Uint8Array(BLOCK), padded).slice(-BLOCK, -BLOCK + MAC_BYTES);
  }

  #deciphered(body: Uint8Array, { dataBytes = 0, trailerBytes = 0 }: Partial<SealedCommand>): Uint8Array {
    if (body.length === 0 || body.length % BLOCK !== 0) throw new Refusal(LENGTH_ERROR);
    const clear = new Uint8Array(body.length);
    for (let at = 0; at < body.length; at += BLOCK) {
      const before = at === 0 ? new Uint8Array(BLOCK) : body.subarray(at - BLOCK, at);
      const block = this.#cipher.encrypt(new Uint8Array(BLOCK), body.subarray(at, at + BLOCK));
      clear.set(xor(block, before), at);
    }
    const data = clear.subarray(0, dataBytes);
    const end = dataBytes + CRC_BYTES;
    if (!isSame(clear.subarray(dataBytes, end), crc16(data))) throw new Refusal(INTEGRITY_ERROR);
    return Uint8Array.of(...data, ...clear.subarray(end, end + trailerBytes));
  }
}
