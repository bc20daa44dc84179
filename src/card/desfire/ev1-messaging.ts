import { isSameBytes } from '../same-bytes.ts';
import { type BlockCipher, chainedCmac } from './block-cipher.ts';
import { crc32, xor, zeroPadded } from './bytes.ts';
import { CHANGE_KEY, type KeyChange, messagingError, type SecureMessaging } from './secure-messaging.ts';

const MAC_BYTES = 8;
const CRC_BYTES = 4;
const DONE = 0x00;

/**
 * The session of a DESFire EV1 after 1A or AA: one chain of initial vectors runs through every command and answer, also those in clear
 * (libfreefare, mifare_desfire_crypto.c; the traces of NXP cards in the tests).
 */
export class Ev1Messaging implements SecureMessaging {
  readonly keyNumber: number;
  readonly #cipher: BlockCipher;
  #iv: Uint8Array;

  /** `iv`: where the chain stands; absent: zeros, as right after authentication. */
  constructor(keyNumber: number, cipher: BlockCipher, iv: Uint8Array = new Uint8Array(cipher.blockBytes)) {
    this.keyNumber = keyNumber;
    this.#cipher = cipher;
    this.#iv = iv;
  }

  command(ins: number, parameters: Uint8Array): Uint8Array {
    this.#iv = chainedCmac(this.#cipher, this.#iv, Uint8Array.of(ins, ...parameters));
    return parameters;
  }

  encipheredCommand(ins: number, header: Uint8Array, body: Uint8Array): Uint8Array {
    const crc = crc32(Uint8Array.of(ins, ...header, ...body));
    return Uint8Array.of(...header, ...this.#encrypt(Uint8Array.of(...body, ...crc)));
  }

  keyChange({ keyNumber, newKey, version, oldKey }: KeyChange): Uint8Array {
    const versionByte = version === null ? [] : [version];
    const sent = Uint8Array.of(...(oldKey === undefined ? newKey : xor(newKey, oldKey)), ...versionByte);
    const crc = crc32(Uint8Array.of(CHANGE_KEY, keyNumber, ...sent));
    const crcOfNewKey = oldKey === undefined ? [] : crc32(newKey);
    return Uint8Array.of(keyNumber, ...this.#encrypt(Uint8Array.of(...sent, ...crc, ...crcOfNewKey)));
  }

  answer(data: Uint8Array): Uint8Array {
    if (data.length < MAC_BYTES) throw messagingError(`${data.length} bytes hold no MAC`);
    const clear = data.slice(0, -MAC_BYTES);
    this.#iv = chainedCmac(this.#cipher, this.#iv, Uint8Array.of(...clear, DONE));
    if (!isSameBytes(this.#iv.subarray(0, MAC_BYTES), data.subarray(-MAC_BYTES))) {
      throw messagingError('its MAC is wrong');
    }
    return clear;
  }

  encipheredAnswer(data: Uint8Array, length: number): Uint8Array {
    const { blockBytes } = this.#cipher;
    const expected = Math.ceil((length + CRC_BYTES) / blockBytes) * blockBytes;
    if (data.length !== expected) {
      throw messagingError(`${length} bytes come enciphered as ${expected}, not ${data.length}`);
    }
    const opened = this.#cipher.decrypt(this.#iv, data);
    this.#iv = data.slice(-blockBytes);
    const clear = opened.slice(0, length);
    if (!isSameBytes(opened.subarray(length, length + CRC_BYTES), crc32(Uint8Array.of(...clear, DONE)))) {
      throw messagingError('its CRC is wrong');
    }
    return clear;
  }

  #encrypt(clear: Uint8Array): Uint8Array {
    const { blockBytes } = this.#cipher;
    const enciphered = this.#cipher.encrypt(this.#iv, zeroPadded(clear, blockBytes));
    this.#iv = enciphered.slice(-blockBytes);
    return enciphered;
  }
}
