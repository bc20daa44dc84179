import { Shut } from './shut.ts';

/** What record.md calls the payload, and the tag under which it stands. */
export interface CredentialRecord {
  /** The bytes that the tag is over. */
  readonly payload: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
  readonly keyVersion: number;
  /** The 16 bytes of its UUID, as hex in small letters. */
  readonly siteId: string;
  /** The same. */
  readonly credentialId: string;
  readonly uid: Uint8Array;
  readonly issueCounter: number;
  /** Seconds since 1970. */
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  readonly entrances: readonly number[];
  readonly replacesLostCard: boolean;
}

const LARGEST_32_BITS = 0xffff_ffff;

/** The record in `bytes` (record.md, Layout); throws Shut `malformed` where there is more, less or something else. */
export function readRecord(bytes: Uint8Array): CredentialRecord {
  const outer = new Cursor(bytes);
  outer.head(4, 2, 2);
  const payload = outer.bytes(0, bytes.length);
  const tag = outer.bytes(16, 16);
  outer.end();

  const map = new Cursor(payload);
  let keysLeft = map.head(5, 6, 10);
  const field = <T>(key: number, read: () => T): T | undefined => {
    if (keysLeft === 0 || map.peek() !== key) return undefined;
    keysLeft -= 1;
    map.head(0, key, key);
    return read();
  };
  const needed = <T>(key: number, read: () => T): T => field(key, read) ?? malformed();

  needed(1, () => map.head(0, 1, 1));
  const keyVersion = needed(2, () => map.head(0, 1, 255));
  const siteId = needed(3, () => hex(map.bytes(16, 16)));
  const credentialId = needed(4, () => hex(map.bytes(16, 16)));
  const uid = needed(5, () => map.bytes(4, 10));
  if (![4, 7, 10].includes(uid.length)) malformed();
  const issueCounter = needed(6, () => map.head(0, 1, LARGEST_32_BITS));
  const startsAt = field(7, () => map.head(0, 0, LARGEST_32_BITS));
  const endsAt = field(8, () => map.head(0, 0, LARGEST_32_BITS));
  const entrances = field(9, () => entrancesAt(map)) ?? [];
  const flags = field(10, () => map.head(0, 1, 1));
  if (keysLeft > 0) malformed();
  map.end();
  const replacesLostCard = flags === 1;
  return {
    ...{ payload, tag, keyVersion, siteId, credentialId, uid, issueCounter },
    ...{ startsAt, endsAt, entrances, replacesLostCard },
  };
}

function entrancesAt(map: Cursor): readonly number[] {
  const count = map.head(4, 1, 0xffff);
  const entrances: number[] = [];
  while (entrances.length < count) entrances.push(map.head(0, (entrances.at(-1) ?? 0) + 1, 0xffff));
  return entrances;
}

/** CBOR (RFC 8949), as much of it as a record needs: unsigned numbers and definite lengths in the shortest form. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The argument of the item's head (RFC 8949 section 3), of this major type and between `least` and `most`. */
  head(majorType: number, least: number, most: number): number {
    const first = this.#next();
    const information = first & 0x1f;
    if (first >> 5 !== majorType || information > 26) malformed();
    const length = information < 24 ? 0 : 1 << (information - 24);
    let argument = length === 0 ? information : 0;
    for (let left = length; left > 0; left -= 1) argument = argument * 256 + this.#next();
    const shortest = length === 0 ? 0 : length === 1 ? 24 : 256 ** (length / 2);
    if (argument < shortest || argument < least || argument > most) malformed();
    return argument;
  }

  /** A byte string with a length between `least` and `most`. */
  bytes(least: number, most: number): Uint8Array {
    const length = this.head(2, least, most);
    const bytes = this.#bytes.slice(this.#at, this.#at + length);
    if (bytes.length < length) malformed();
    this.#at += length;
    return bytes;
  }

  end(): void {
    if (this.#at < this.#bytes.length) malformed();
  }

  #next(): number {
    const byte = this.#bytes[this.#at] ?? malformed();
    this.#at += 1;
    return byte;
  }
}

/** Small letters, no spaces. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function malformed(): never {
  throw new Shut('malformed');
}
