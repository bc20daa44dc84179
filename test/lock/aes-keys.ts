import { createCipheriv, createDecipheriv } from 'node:crypto';

const BLOCK = 16;
const ZEROS: Uint8Array = new Uint8Array(BLOCK);

/** What `joined` takes. */
export type Bytes = Uint8Array | readonly number[];

/** AES-128 in CBC mode without padding. `key` and `iv` are 16 bytes, `data` whole blocks. */
export function encrypt(key: Uint8Array, data: Uint8Array, iv: Uint8Array = ZEROS): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return joined(cipher.update(data), cipher.final());
}

/** The other way. */
export function decrypt(key: Uint8Array, data: Uint8Array, iv: Uint8Array = ZEROS): Uint8Array {
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return joined(decipher.update(data), decipher.final());
}

/** AES-CMAC (NIST SP 800-38B), 16 bytes. `iv` is other than zeros only in the chain of a DESFire EV1 session. */
export function cmac(key: Uint8Array, message: Uint8Array, iv: Uint8Array = ZEROS): Uint8Array {
  const { k1, k2 } = subkeys(key);
  const isWhole = message.length > 0 && message.length % BLOCK === 0;
  return isWhole
    ? lastBlock(key, message, k1, iv)
    : lastBlock(key, padded(message, Math.ceil((message.length + 1) / BLOCK) * BLOCK), k2, iv);
}

/** A card's key from a master key (NXP AN10922 section 2.2): always two blocks, however short the input. */
export function cardKey(masterKey: Uint8Array, ...input: readonly Bytes[]) {
  return lastBlock(masterKey, padded(joined([1], ...input), 2 * BLOCK), subkeys(masterKey).k2, ZEROS);
}

/** Whether all bytes are equal, in a time that does not tell where they differ. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  return one.reduce((difference, byte, at) => difference | (byte ^ (other[at] ?? 0)), 0) === 0;
}

/** `||` of the pages. */
export function joined(...parts: readonly Bytes[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** As long as `one`. */
export function xored(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, at) => byte ^ (other[at] ?? 0));
}

/** ISO/IEC 9797-1 method 2: a byte 80, then zeros up to `length`. */
function padded(message: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  return bytes;
}

function lastBlock(key: Uint8Array, blocks: Uint8Array, subkey: Uint8Array, iv: Uint8Array): Uint8Array {
  const mixed = joined(blocks.subarray(0, -BLOCK), xored(blocks.subarray(-BLOCK), subkey));
  return encrypt(key, mixed, iv).slice(-BLOCK);
}

function subkeys(key: Uint8Array) {
  const k1 = doubled(encrypt(key, ZEROS));
  return { k1, k2: doubled(k1) };
}

function doubled(block: Uint8Array): Uint8Array {
  const shifted = block.map((byte, at) => (byte << 1) | ((block[at + 1] ?? 0) >> 7));
  const carry = (block[0] ?? 0) >> 7;
  return xored(shifted, joined(ZEROS.subarray(1), [carry * 0x87]));
}
