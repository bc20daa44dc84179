/**
 * The access bits of a MIFARE Classic sector (NXP MF1S50yyX_V1, section 8.7): bytes 6 to 8 of the trailer. Every bit is there
 * twice, once inverted; a sector whose two copies disagree is dead for ever, so nobody writes them without looking first.
 */

/** C1 C2 C3 as one number: C1 is worth 4. */
export type AccessCondition = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The conditions of block group 0, 1, 2 and of the trailer. */
export type SectorAccess = readonly [AccessCondition, AccessCondition, AccessCondition, AccessCondition];

/** Which key opens a thing. */
export type KeyRule = 'never' | 'A' | 'B' | 'A or B';

/** What the keys may do with a data block (table 8). Decrement covers transfer and restore. */
export interface DataRights {
  readonly read: KeyRule;
  readonly write: KeyRule;
  readonly increment: KeyRule;
  readonly decrement: KeyRule;
}

/** What the keys may do with the parts of a trailer (table 7). Key A can never be read. */
export interface TrailerRights {
  readonly writeKeyA: KeyRule;
  readonly readAccess: KeyRule;
  readonly writeAccess: KeyRule;
  readonly readKeyB: KeyRule;
  readonly writeKeyB: KeyRule;
}

/** How a card leaves the factory: key A does everything (FF 07 80). */
export const TRANSPORT_ACCESS: SectorAccess = [0, 0, 0, 1];

const DATA_RIGHTS: Readonly<Record<AccessCondition, DataRights>> = {
  0: { read: 'A or B', write: 'A or B', increment: 'A or B', decrement: 'A or B' },
  1: { read: 'A or B', write: 'never', increment: 'never', decrement: 'A or B' },
  2: { read: 'A or B', write: 'never', increment: 'never', decrement: 'never' },
  3: { read: 'B', write: 'B', increment: 'never', decrement: 'never' },
  4: { read: 'A or B', write: 'B', increment: 'never', decrement: 'never' },
  5: { read: 'B', write: 'never', increment: 'never', decrement: 'never' },
  6: { read: 'A or B', write: 'B', increment: 'B', decrement: 'A or B' },
  7: { read: 'never', write: 'never', increment: 'never', decrement: 'never' },
};

const TRAILER_RIGHTS: Readonly<Record<AccessCondition, TrailerRights>> = {
  0: { writeKeyA: 'A', readAccess: 'A', writeAccess: 'never', readKeyB: 'A', writeKeyB: 'A' },
  1: { writeKeyA: 'A', readAccess: 'A', writeAccess: 'A', readKeyB: 'A', writeKeyB: 'A' },
  2: { writeKeyA: 'never', readAccess: 'A', writeAccess: 'never', readKeyB: 'A', writeKeyB: 'never' },
  3: { writeKeyA: 'B', readAccess: 'A or B', writeAccess: 'B', readKeyB: 'never', writeKeyB: 'B' },
  4: { writeKeyA: 'B', readAccess: 'A or B', writeAccess: 'never', readKeyB: 'never', writeKeyB: 'B' },
  5: { writeKeyA: 'never', readAccess: 'A or B', writeAccess: 'B', readKeyB: 'never', writeKeyB: 'never' },
  6: {
    writeKeyA: 'never',
    readAccess: 'A or B',
    writeAccess: 'never',
    readKeyB: 'never',
    writeKeyB: 'never',
  },
  7: {
    writeKeyA: 'never',
    readAccess: 'A or B',
    writeAccess: 'never',
    readKeyB: 'never',
    writeKeyB: 'never',
  },
};

export function dataRights(condition: AccessCondition): DataRights {
  return DATA_RIGHTS[condition];
}

export function trailerRights(condition: AccessCondition): TrailerRights {
  return TRAILER_RIGHTS[condition];
}

/** Where key B can be read it is data, not a key: a card refuses every access after an authentication with it. */
export function isKeyBReadable(trailer: AccessCondition): boolean {
  return TRAILER_RIGHTS[trailer].readKeyB !== 'never';
}

/** True when `rule` lets this key. */
export function allows(rule: KeyRule, key: 'A' | 'B'): boolean {
  return rule === 'A or B' || rule === key;
}

/** The three bytes for a trailer, both copies consistent. */
export function encodeAccessBits(access: SectorAccess): Uint8Array {
  const nibble = (bit: 4 | 2 | 1) =>
    access.reduce((sum: number, condition, group) => sum | ((condition & bit ? 1 : 0) << group), 0);
  const [c1, c2, c3] = [nibble(4), nibble(2), nibble(1)];
  return Uint8Array.of((~c2 & 0xf) * 16 + (~c1 & 0xf), c1 * 16 + (~c3 & 0xf), c3 * 16 + c2);
}

/** Reads the three bytes; undefined when their two copies disagree, or when there are not three. */
export function decodeAccessBits(bytes: Uint8Array): SectorAccess | undefined {
  const [b6, b7, b8] = bytes;
  if (bytes.length !== 3 || b6 === undefined || b7 === undefined || b8 === undefined) return undefined;
  const [c1, c2, c3] = [b7 >> 4, b8 & 0xf, b8 >> 4];
  if ((~b6 & 0xf) !== c1 || (~(b6 >> 4) & 0xf) !== c2 || (~b7 & 0xf) !== c3) return undefined;
  const condition = (group: number): AccessCondition =>
    CONDITIONS[((c1 >> group) & 1) * 4 + ((c2 >> group) & 1) * 2 + ((c3 >> group) & 1)] ?? 0;
  return [condition(0), condition(1), condition(2), condition(3)];
}

const CONDITIONS: readonly AccessCondition[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The access conditions in a whole trailer of 16 bytes; undefined when they are inconsistent. */
export function accessOfTrailer(trailer: Uint8Array): SectorAccess | undefined {
  return trailer.length === 16 ? decodeAccessBits(trailer.subarray(6, 9)) : undefined;
}
