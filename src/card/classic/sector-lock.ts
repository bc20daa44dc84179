import { encodeAccessBits, type SectorAccess, TRANSPORT_ACCESS } from '../classic-access.ts';
import { CLASSIC_BLOCK_BYTES } from '../classic-geometry.ts';
import { classicKey } from '../diversification.ts';
import type { SiteKeys } from '../site-keys.ts';
import { MAD_KEY_A } from './mad.ts';

/** Whose two keys a sector has; the keys themselves are made from it when they are needed. */
export type SectorLock =
  /** FFFFFFFFFFFF twice. */
  | { readonly kind: 'factory' }
  /** The site's, of one version, made for this card and sector. */
  | { readonly kind: 'site'; readonly version: number }
  /** Key A is the public one of the directory, key B the site's of one version, or FFFFFFFFFFFF where `version` is null. */
  | { readonly kind: 'directory'; readonly version: number | null };

/** Everything that a sector's trailer says. */
export interface Trailer {
  readonly lock: SectorLock;
  readonly access: SectorAccess;
  /** Byte 9. */
  readonly generalPurposeByte: number;
}

/** Key A and key B, 6 bytes each. */
export interface KeyPair {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

export const FACTORY_KEY: Uint8Array = new Uint8Array(6).fill(0xff);

/** As a card leaves the factory: FFFFFFFFFFFF FF0780 69 FFFFFFFFFFFF (NXP MF1S50yyX_V1, section 8.6.3). */
export const FACTORY_TRAILER: Trailer = {
  lock: { kind: 'factory' },
  access: TRANSPORT_ACCESS,
  generalPurposeByte: 0x69,
};

/** 78 77 88: key A reads; key B reads, writes, and changes the trailer. */
export const LOCKED_ACCESS: SectorAccess = [4, 4, 4, 3];

/**
 * The trailer of a sector that carries a record. Its general purpose byte is 00: AN10787 gives the byte a meaning in sector 0 alone, and 00 is what no
 * directory and no NDEF mapping has there.
 */
export function recordTrailer(version: number): Trailer {
  return { lock: { kind: 'site', version }, access: LOCKED_ACCESS, generalPurposeByte: 0x00 };
}

/** The keys of a sector with this lock on the card with this uid; undefined when the site's keys of that version are gone. */
export function keyPairOf(
  lock: SectorLock,
  keys: SiteKeys,
  uid: string,
  sector: number,
): KeyPair | undefined {
  if (lock.kind === 'factory') return { a: FACTORY_KEY, b: FACTORY_KEY };
  const directoryKeyA = Uint8Array.from(MAD_KEY_A);
  if (lock.version === null) return { a: directoryKeyA, b: FACTORY_KEY };
  const siteKeys = keys.find(({ version }) => version === lock.version);
  if (siteKeys === undefined) return undefined;
  return {
    a: lock.kind === 'site' ? classicKey(siteKeys, uid, 'read', sector) : directoryKeyA,
    b: classicKey(siteKeys, uid, 'write', sector),
  };
}

/** The 16 bytes of a trailer. */
export function trailerBytes({ access, generalPurposeByte }: Trailer, { a, b }: KeyPair): Uint8Array {
  const bytes = Uint8Array.of(...a, ...encodeAccessBits(access), generalPurposeByte, ...b);
  if (bytes.length !== CLASSIC_BLOCK_BYTES) throw new Error(`a trailer is 16 bytes, not ${bytes.length}`);
  return bytes;
}

export function isSameLock(one: SectorLock, other: SectorLock): boolean {
  if (one.kind === 'factory' || other.kind === 'factory') return one.kind === other.kind;
  return one.kind === other.kind && one.version === other.version;
}

export function isSameTrailer(one: Trailer, other: Trailer): boolean {
  return (
    isSameLock(one.lock, other.lock) &&
    one.generalPurposeByte === other.generalPurposeByte &&
    one.access.every((condition, group) => condition === other.access[group])
  );
}

/** In words, without keys. */
export function describeLock(lock: SectorLock): string {
  switch (lock.kind) {
    case 'factory':
      return 'keys as from the factory';
    case 'site':
      return `keys of this site, version ${lock.version}`;
    case 'directory':
      return `key A of the card directory, key B ${lock.version === null ? 'as from the factory' : `of this site, version ${lock.version}`}`;
  }
}
