import { createCipheriv, createSecretKey } from 'node:crypto';

const BLOCK_BYTES = 16;
const ZERO_BLOCK = new Uint8Array(BLOCK_BYTES);

/** What the last block is mixed with: `k1` when the message fills it, `k2` when it was padded. 16 bytes each. */
export interface CmacSubkeys {
  readonly k1: Uint8Array;
  readonly k2: Uint8Array;
}

/** AES-CMAC with a key of 16 bytes (NIST SP 800-38B, RFC 4493): 16 bytes. Throws a plain Error on a key of another length. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_BYTES));
  return aesCmacPadded(key, message, blocks * BLOCK_BYTES);
}

/**
 * AES-CMAC over a message that is filled up with 80 00 .. to `length` bytes, also by whole blocks, as NXP AN10922 section 2.2 wants it;
 * a message of exactly `length` bytes stays as it is. `length` is a multiple of 16. Throws a plain Error when the message is longer.
 */
export function aesCmacPadded(key: Uint8Array, message: Uint8Array, length: number): Uint8Array {
  if (message.length > length || length % BLOCK_BYTES !== 0) {
    throw new Error(`a message of ${message.length} bytes cannot be padded to ${length} in whole blocks`);
  }
  const cipher = cbc(key);
  const enciphered = cipher.update(ZERO_BLOCK);
  const { k1, k2 } = subkeysOf(enciphered);
  const padded = new Uint8Array(length);
  padded.set(message);
  if (message.length < length) padded[message.length] = 0x80;
  mix(padded, length - BLOCK_BYTES, message.length < length ? k2 : k1);
  // The cipher's chain now holds the enciphered zeros; mixing them in once more takes them out of the first block.
  mix(padded, 0, enciphered);
  return new Uint8Array(cipher.update(padded).subarray(length - BLOCK_BYTES));
}

/** The subkeys of a key of 16 bytes (SP 800-38B section 6.1). */
export function aesCmacSubkeys(key: Uint8Array): CmacSubkeys {
  return subkeysOf(cbc(key).update(ZERO_BLOCK));
}

function cbc(key: Uint8Array) {
  if (key.length !== BLOCK_BYTES) throw new Error(`an AES-128 key is 16 bytes, not ${key.length}`);
  // With a key object: Node.js takes five times as long to begin with a key in plain bytes.
  return createCipheriv('aes-128-cbc', createSecretKey(key), ZERO_BLOCK).setAutoPadding(false);
}

function subkeysOf(enciphered: Uint8Array): CmacSubkeys {
  const k1 = doubled(enciphered);
  return { k1, k2: doubled(k1) };
}

/** The block times x in GF(2^128): shifted left by a bit, and 87 mixed in where a bit fell out. */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(BLOCK_BYTES);
  let carry = 0;
  for (let at = BLOCK_BYTES - 1; at >= 0; at -= 1) {
    const byte = block[at] ?? 0;
    result[at] = (byte << 1) | carry;
    carry = byte >> 7;
  }
  result[BLOCK_BYTES - 1] = (result[BLOCK_BYTES - 1] ?? 0) ^ (carry === 1 ? 0x87 : 0x00);
  return result;
}

function mix(bytes: Uint8Array, from: number, block: Uint8Array): void {
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    bytes[from + at] = (bytes[from + at] ?? 0) ^ (block[at] ?? 0);
  }
}
