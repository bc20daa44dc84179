import { aes, type BlockCipher, isSame, tripleDes } from './block-cipher.ts';
import type { CardKey, KeyKind, Picc } from './picc.ts';

/** Bytes of a key. */
export function keyBytes(kind: KeyKind): 16 | 24 {
  return kind === '3k3des' ? 24 : 16;
}

/** The bits that name a kind of key in CreateApplication and ChangeKey, and in the answer of GetKeySettings. */
export const KEY_KIND_BITS = { des: 0x00, '3k3des': 0x40, aes: 0x80 } as const;

/** The kind of key that the two high bits name; undefined for the fourth value, which names none. */
export function keyKindOf(bits: number): KeyKind | undefined {
  const kinds = [['des', 0x00] as const, ['3k3des', 0x40] as const, ['aes', 0x80] as const];
  return kinds.find(([, kindBits]) => kindBits === (bits & 0xc0))?.[0];
}

export function cipherOf(key: CardKey): BlockCipher {
  return key.kind === 'aes' ? aes(key.bytes) : tripleDes(key.bytes);
}

/** True for a DES key: both halves of its 16 bytes are the same, the parity bits too. */
export function isSingleDes(key: CardKey): boolean {
  return key.kind === 'des' && isSame(key.bytes.subarray(0, 8), key.bytes.subarray(8));
}

/** What GetKeyVersion answers: for DES, the parity bits of the first eight bytes, the first byte's highest. */
export function versionOf(key: CardKey): number {
  if (key.kind === 'aes') return key.version;
  return key.bytes.subarray(0, 8).reduce((version, byte) => (version << 1) | (byte & 1), 0);
}

/** A key of an application that was just created. */
export function newKeyOf(picc: Picc, kind: KeyKind): CardKey {
  const { bytes, version } = picc.newKey;
  return { kind, bytes: bytes.slice(0, keyBytes(kind)), version };
}
