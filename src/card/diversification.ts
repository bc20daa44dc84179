import { aesCmacPadded } from './cmac.ts';
import { fromHex } from './hex.ts';
import type { SiteKeyVersion } from './site-keys.ts';

/** "Diversification constant" of AES-128 (NXP AN10922 section 2.2). */
const AES_128_KEY = 0x01;
const LONGEST_INPUT_BYTES = 31;
const PADDED_BYTES = 32;

/** No application: the card itself (DESFire's PICC level). */
const PICC_LEVEL = 0x000000;

/**
 * One card's key of 16 bytes, made from a master key of 16 bytes and what tells the card and the use apart, 1 to 31 bytes
 * (NXP AN10922 section 2.2): the CMAC of 01 and the input, always padded to 32 bytes. Throws a plain Error on other lengths.
 */
export function diversifyAes128(master: Uint8Array, input: Uint8Array): Uint8Array {
  if (input.length < 1 || input.length > LONGEST_INPUT_BYTES) {
    throw new Error(`a diversification input is 1 to ${LONGEST_INPUT_BYTES} bytes, not ${input.length}`);
  }
  return aesCmacPadded(master, Uint8Array.of(AES_128_KEY, ...input), PADDED_BYTES);
}

/** The key of 16 bytes that seals the record of one card: input uid, "REC". `uid` is hexadecimal, as everywhere below. */
export function recordKey({ keys }: SiteKeyVersion, uid: string): Uint8Array {
  return diversifyAes128(keys.record, Uint8Array.of(...fromHex(uid), ...ascii('REC')));
}

/** What PWD_AUTH of an NTAG sends, 4 bytes, and what it expects, 2 bytes: input uid, "PWD"; the first 4 bytes of the key and the 2 after them. */
export function ntagPassword(
  { keys }: SiteKeyVersion,
  uid: string,
): { readonly password: Uint8Array; readonly pack: Uint8Array } {
  const key = diversifyAes128(keys.ntag_password, Uint8Array.of(...fromHex(uid), ...ascii('PWD')));
  return { password: key.slice(0, 4), pack: key.slice(4, 6) };
}

/**
 * A Classic sector's key of 6 bytes, key A for `read` and key B for `write`: input uid, the sector's number in one byte, "A" or "B";
 * the first 6 bytes of the key.
 */
export function classicKey(
  { keys }: SiteKeyVersion,
  uid: string,
  use: 'read' | 'write',
  sector: number,
): Uint8Array {
  const master = use === 'read' ? keys.classic_read : keys.classic_write;
  const input = Uint8Array.of(...fromHex(uid), sector, ...ascii(use === 'read' ? 'A' : 'B'));
  return diversifyAes128(master, input).slice(0, 6);
}

/**
 * A key of 16 bytes of a DESFire application, 0 to change keys and files, 1 to write, 2 to read:
 * input uid, the application's id as it is sent (3 bytes, least significant first), the key's number.
 */
export function desfireKey(
  { keys }: SiteKeyVersion,
  uid: string,
  applicationId: number,
  keyNumber: 0 | 1 | 2,
): Uint8Array {
  const master = [keys.desfire_master, keys.desfire_write, keys.desfire_read][keyNumber];
  if (master === undefined) throw new Error(`the application has no key ${keyNumber}`);
  return diversifyAes128(master, desfireInput(uid, applicationId, keyNumber));
}

/** The DESFire card's own master key, 16 bytes: input uid, 000000, 00. */
export function desfirePiccKey({ keys }: SiteKeyVersion, uid: string): Uint8Array {
  return diversifyAes128(keys.desfire_picc, desfireInput(uid, PICC_LEVEL, 0));
}

function desfireInput(uid: string, applicationId: number, keyNumber: number): Uint8Array {
  const sent = [applicationId & 0xff, (applicationId >> 8) & 0xff, (applicationId >> 16) & 0xff];
  return Uint8Array.of(...fromHex(uid), ...sent, keyNumber);
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
