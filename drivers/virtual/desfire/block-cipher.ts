import { createCipheriv, createDecipheriv } from 'node:crypto';

/** A block cipher with its key, in CBC mode without padding: data are whole blocks, `iv` is one. */
export interface BlockCipher {
  readonly blockBytes: 8 | 16;
  encrypt(iv: Uint8Array, data: Uint8Array): Uint8Array;
  decrypt(iv: Uint8Array, data: Uint8Array): Uint8Array;
}

/** AES with a key of 16 bytes. */
export function aes(key: Uint8Array): BlockCipher {
  return cbc('aes-128-cbc', key, 16);
}

/** DES with a key of 8 bytes, triple DES with two keys of 8 bytes or with three. */
export function tripleDes(key: Uint8Array): BlockCipher {
  const [first, second, third] = [key.subarray(0, 8), key.subarray(8, 16), key.subarray(16, 24)];
  const middle = second.length > 0 ? second : first;
  const last = third.length > 0 ? third : first;
  return cbc('des-ede3-cbc', Uint8Array.of(...first, ...middle, ...last), 8);
}

function cbc(algorithm: string, key: Uint8Array, blockBytes: 8 | 16): BlockCipher {
  return {
    blockBytes,
    encrypt: (iv, data) => {
      const cipher = createCipheriv(algorithm, key, iv).setAutoPadding(false);
      return Uint8Array.of(...cipher.update(data), ...cipher.final());
    },
    decrypt: (iv, data) => {
      const cipher = createDecipheriv(algorithm, key, iv).setAutoPadding(false);
      return Uint8Array.of(...cipher.update(data), ...cipher.final());
    },
  };
}

/**
 * CMAC (NIST SP 800-38B) that begins with `iv` instead of zeros, as EV1 messaging chains it from one message to the next: a whole block.
 */
export function chainedCmac(cipher: BlockCipher, iv: Uint8Array, message: Uint8Array): Uint8Array {
  const { blockBytes } = cipher;
  const zeros = new Uint8Array(blockBytes);
  const whole = doubled(cipher.encrypt(zeros, zeros));
  const isWhole = message.length > 0 && message.length % blockBytes === 0;
  const mask = isWhole ? whole : doubled(whole);
  const padded = isWhole ? message.slice() : padTo(Uint8Array.of(...message, 0x80), blockBytes);
  for (const [at, byte] of mask.entries()) {
    const last = padded.length - blockBytes + at;
    padded[last] = (padded[last] ?? 0) ^ byte;
  }
  return cipher.encrypt(iv, padded).slice(-blockBytes);
}

/** `bytes` with zeros up to whole blocks; none where they are whole already. */
export function padTo(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  padded.set(bytes);
  return padded;
}

/** The bytes of both, exclusive-ored; as long as `left`. */
export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] ?? 0));
}

/** Every byte one place to the front, the first one to the end: what each side of an authentication does to the other's number. */
export function rotated(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes.subarray(1), ...bytes.subarray(0, 1));
}

export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** Twice the block in GF(2^64) or GF(2^128) (SP 800-38B, section 6.1). */
function doubled(block: Uint8Array): Uint8Array {
  const carry = (block[0] ?? 0) >> 7;
  const shifted = block.map((byte, at) => ((byte << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff);
  const last = shifted.length - 1;
  if (carry === 1) shifted[last] = (shifted[last] ?? 0) ^ (shifted.length === 8 ? 0x1b : 0x87);
  return shifted;
}
