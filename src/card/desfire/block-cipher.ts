import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
} from 'node:crypto';
import { xor } from './bytes.ts';

/** A block cipher in CBC mode without padding: `data` is one or more whole blocks, `iv` one block. */
export interface BlockCipher {
  /** 16 for AES, 8 for DES. */
  readonly blockBytes: number;
  encrypt(iv: Uint8Array, data: Uint8Array): Uint8Array;
  decrypt(iv: Uint8Array, data: Uint8Array): Uint8Array;
}

/** AES with a key of 16 bytes. Throws a plain Error on a key of another length. */
export function aes128(key: Uint8Array): BlockCipher {
  if (key.length !== 16) throw new Error(`an AES-128 key is 16 bytes, not ${key.length}`);
  return openSslCipher('aes-128-cbc', key, 16);
}

/** Single DES with a key of 8 bytes, or triple DES with two keys, 16 bytes. Throws a plain Error on another length. */
export function tripleDes(key: Uint8Array): BlockCipher {
  if (key.length !== 8 && key.length !== 16) throw new Error(`a DES key is 8 or 16 bytes, not ${key.length}`);
  // With both halves alike, triple DES is DES.
  return openSslCipher('des-ede-cbc', key.length === 16 ? key : Uint8Array.of(...key, ...key), 8);
}

/**
 * CMAC (NIST SP 800-38B) whose chain begins with `iv` instead of zeros, as a DESFire EV1 session runs on from one message to the next.
 * One block; it is the next `iv`.
 */
export function chainedCmac(cipher: BlockCipher, iv: Uint8Array, message: Uint8Array): Uint8Array {
  const { blockBytes } = cipher;
  const zeros = new Uint8Array(blockBytes);
  const k1 = doubled(cipher.encrypt(zeros, zeros));
  const length = Math.max(1, Math.ceil(message.length / blockBytes)) * blockBytes;
  const padded = new Uint8Array(length);
  padded.set(message);
  if (message.length < length) padded[message.length] = 0x80;
  const subkey = message.length < length ? doubled(k1) : k1;
  for (const [at, byte] of subkey.entries()) {
    padded[length - blockBytes + at] = (padded[length - blockBytes + at] ?? 0) ^ byte;
  }
  return cipher.encrypt(iv, padded).slice(-blockBytes);
}

/**
 * Making a cipher of node:crypto costs more than all that it does in a session, with a key of bytes five times more than with a KeyObject.
 * So there is one for each direction, whose chain runs on; mixing in where it stands takes it out again, and `iv` in.
 */
function openSslCipher(name: string, bytes: Uint8Array, blockBytes: number): BlockCipher {
  const key = createSecretKey(bytes);
  const zeros = new Uint8Array(blockBytes);
  let encryption: Direction | undefined;
  let decryption: Direction | undefined;
  return {
    blockBytes,
    encrypt(iv, data) {
      encryption ??= { cipher: createCipheriv(name, key, zeros).setAutoPadding(false), chain: zeros };
      const mixed = Uint8Array.from(data);
      mixed.set(xor(xor(data.subarray(0, blockBytes), iv), encryption.chain));
      const enciphered = new Uint8Array(encryption.cipher.update(mixed));
      encryption.chain = enciphered.slice(-blockBytes);
      return enciphered;
    },
    decrypt(iv, data) {
      decryption ??= { cipher: createDecipheriv(name, key, zeros).setAutoPadding(false), chain: zeros };
      const opened = new Uint8Array(decryption.cipher.update(data));
      opened.set(xor(xor(opened.subarray(0, blockBytes), iv), decryption.chain));
      decryption.chain = data.slice(-blockBytes);
      return opened;
    },
  };
}

/** A cipher, and the last enciphered block that went through it. */
interface Direction {
  readonly cipher: Cipheriv | Decipheriv;
  chain: Uint8Array;
}

/** The block times x: shifted left by a bit, and the field's polynomial mixed in where a bit fell out (SP 800-38B section 5.3). */
function doubled(block: Uint8Array): Uint8Array {
  const polynomial = block.length === 16 ? 0x87 : 0x1b;
  const shifted = block.map((byte, at) => (byte << 1) | ((block[at + 1] ?? 0) >> 7));
  const last = block.length - 1;
  if ((block[0] ?? 0) >= 0x80) shifted[last] = (shifted[last] ?? 0) ^ polynomial;
  return shifted;
}
