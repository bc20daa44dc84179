import { type BlockCipher, chainedCmac, isSame, padTo } from './block-cipher.ts';
import { crc32 } from './crc.ts';
import type { Messaging, OpenAnswer, SealedCommand, Security } from './messaging.ts';
import { INTEGRITY_ERROR, LENGTH_ERROR, OK, Refusal } from './status.ts';

const MAC_BYTES = 8;
const CRC_BYTES = 4;

/**
 * EV1 secure messaging, after Authenticate 1A or AA: one IV that goes on from message to message, in both directions. Whatever is not enciphered
 * goes through a CMAC, which is sent with every answer, and with a command only where it carries a file's data under `mac`.
 */
export class Ev1Messaging implements Messaging {
  readonly name = 'ev1';
  readonly keyNumber: number;
  readonly #cipher: BlockCipher;
  #iv: Uint8Array;

  constructor(keyNumber: number, cipher: BlockCipher) {
    this.keyNumber = keyNumber;
    this.#cipher = cipher;
    this.#iv = new Uint8Array(cipher.blockBytes);
  }

  sealedBytes(security: Security, clearBytes: number): number {
    const { blockBytes } = this.#cipher;
    if (security === 'mac') return clearBytes + MAC_BYTES;
    return security === 'full' ? Math.ceil((clearBytes + CRC_BYTES) / blockBytes) * blockBytes : clearBytes;
  }

  open(command: SealedCommand): Uint8Array {
    const { code, payload, security } = command;
    if (security === 'full') return this.#deciphered(command);
    if (security === 'mac' && payload.length < MAC_BYTES) throw new Refusal(LENGTH_ERROR);
    const clear = security === 'mac' ? payload.subarray(0, -MAC_BYTES) : payload;
    const mac = this.#mac(Uint8Array.of(code, ...clear));
    if (security === 'mac' && !isSame(payload.subarray(-MAC_BYTES), mac)) throw new Refusal(INTEGRITY_ERROR);
    return clear;
  }

  seal({ data, security, isLengthOpen }: OpenAnswer): Uint8Array {
    if (security !== 'full') return Uint8Array.of(...data, ...this.#mac(Uint8Array.of(...data, OK)));
    const end = isLengthOpen ? [0x80] : [];
    const clear = Uint8Array.of(...data, ...crc32(Uint8Array.of(...data, OK)), ...end);
    const sealed = this.#cipher.encrypt(this.#iv, padTo(clear, this.#cipher.blockBytes));
    this.#iv = sealed.slice(-this.#cipher.blockBytes);
    return sealed;
  }

  #mac(message: Uint8Array): Uint8Array {
    this.#iv = chainedCmac(this.#cipher, this.#iv, message);
    return this.#iv.slice(0, MAC_BYTES);
  }

  #deciphered({
    code,
    payload,
    headerBytes = 0,
    dataBytes = 0,
    trailerBytes = 0,
  }: SealedCommand): Uint8Array {
    const { blockBytes } = this.#cipher;
    const header = payload.subarray(0, headerBytes);
    const body = payload.subarray(headerBytes);
    if (body.length === 0 || body.length % blockBytes !== 0) throw new Refusal(LENGTH_ERROR);
    const clear = this.#cipher.decrypt(this.#iv, body);
    this.#iv = body.slice(-blockBytes);
    const data = clear.subarray(0, dataBytes);
    const end = dataBytes + CRC_BYTES;
    const expected = crc32(Uint8Array.of(code, ...header, ...data));
    if (!isSame(clear.subarray(dataBytes, end), expected)) throw new Refusal(INTEGRITY_ERROR);
    return Uint8Array.of(...header, ...data, ...clear.subarray(end, end + trailerBytes));
  }
}
