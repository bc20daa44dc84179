import {
  type AccessCondition,
  accessOfTrailer,
  allows,
  dataRights,
  isKeyBReadable,
  type KeyRule,
  type SectorAccess,
  trailerRights,
} from '../classic-access.ts';
import { accessGroupOf, trailerOf } from '../classic-geometry.ts';
import type { ClassicKey } from '../link.ts';
import type { SiteKeys } from '../site-keys.ts';
import type { ClassicSession } from './classic-session.ts';
import { MAD_KEY_A, madPartIn } from './mad.ts';
import { FACTORY_KEY, isSameLock, keyPairOf, type SectorLock, type Trailer } from './sector-lock.ts';

/** A sector that can be read and written. */
export interface OpenSector {
  readonly kind: 'open';
  readonly sector: number;
  readonly trailer: Trailer;
  /** The key that may do everything here that the program needs. */
  readonly writer: ClassicKey;
  /** What its data blocks hold, 16 bytes each, in order; block 0 of the card is not among them. */
  readonly blocks: readonly Uint8Array[];
  /** False: the trailer shows, where key B would be, something else than the key of its lock. */
  readonly hasKeyBOfLock: boolean;
}

/** A sector that cannot be read, or not be written. */
export interface LockedSector {
  readonly kind: 'locked';
  readonly sector: number;
  /** `sector 2: block 9 may be written with no key`. */
  readonly reason: string;
}

export type FoundSector = OpenSector | LockedSector;

/** A key that may open a sector, and whose keys it has then. */
interface Candidate {
  readonly key: ClassicKey;
  readonly lock: SectorLock;
}

/** The blocks of a sector that carry data: without the trailer, and without block 0, which is the maker's. */
export function dataBlocksOf(sector: number): readonly number[] {
  const trailer = trailerOf(sector);
  const first = sector === 0 ? 1 : trailerOf(sector - 1) + 1;
  return Array.from({ length: trailer - first }, (_, at) => first + at);
}

/**
 * Opens a sector with the first key that fits, and reads it. The keys are tried in the order that costs least: those that opened the
 * sector before it (`expected`), the site's newest, the factory's, the site's older ones.
 */
export async function openSector(
  session: ClassicSession,
  keys: SiteKeys,
  uid: string,
  sector: number,
  expected: SectorLock | undefined,
): Promise<FoundSector> {
  for (const { key, lock } of candidates(keys, uid, sector, expected)) {
    if (!(await session.opens(sector, key))) continue;
    // A key B that can be read opens the sector, and then the card refuses everything (NXP MF1S50yyX_V1, section 8.7.2).
    const trailer = await session.readIfAllowed(trailerOf(sector));
    if (trailer !== undefined) return await readSector(session, sector, key, lock, trailer);
  }
  if (madPartIn(sector) !== undefined) {
    const isDirectory = await session.opens(sector, { kind: 'A', bytes: Uint8Array.from(MAD_KEY_A) });
    if (isDirectory) return locked(sector, 'the card directory is there, and its key B is not known here');
  }
  return locked(sector, 'none of the keys of the factory and of this site opens it');
}

function candidates(
  keys: SiteKeys,
  uid: string,
  sector: number,
  expected: SectorLock | undefined,
): readonly Candidate[] {
  const isDirectory = madPartIn(sector) !== undefined;
  const factory: SectorLock = { kind: 'factory' };
  const ofSite = keys.map(({ version }): SectorLock => {
    return { kind: isDirectory ? 'directory' : 'site', version };
  });
  const locks = [...ofSite.slice(0, 1), factory, ...ofSite.slice(1)];
  if (isDirectory) locks.push({ kind: 'directory', version: null });
  const likely = locks.filter((lock) => expected !== undefined && isSameOwner(lock, expected));
  return [...likely, ...locks.filter((lock) => !likely.includes(lock))].flatMap((lock) => {
    const pair = keyPairOf(lock, keys, uid, sector);
    if (pair === undefined) return [];
    const key: ClassicKey =
      lock.kind === 'factory' ? { kind: 'A', bytes: pair.a } : { kind: 'B', bytes: pair.b };
    return [{ key, lock }];
  });
}

/** A directory sector with a key B of the site goes with record sectors of the same version. */
function isSameOwner(one: SectorLock, other: SectorLock): boolean {
  if (isSameLock(one, other)) return true;
  const [version, otherVersion] = [one, other].map((lock) => (lock.kind === 'factory' ? null : lock.version));
  return version === otherVersion;
}

async function readSector(
  session: ClassicSession,
  sector: number,
  opener: ClassicKey,
  lock: SectorLock,
  bytes: Uint8Array,
): Promise<FoundSector> {
  const access = accessOfTrailer(bytes);
  if (access === undefined) return locked(sector, 'its access bits contradict themselves');
  let writer = opener;
  let missing = missingRight(sector, access, opener.kind);
  if (missing !== undefined && lock.kind === 'factory' && !isKeyBReadable(access[3])) {
    const keyB: ClassicKey = { kind: 'B', bytes: FACTORY_KEY };
    const missingForB = missingRight(sector, access, 'B');
    if (missingForB !== undefined) return locked(sector, missingForB);
    if (await session.opens(sector, keyB)) [writer, missing] = [keyB, undefined];
    else missing = `${missing}; its key B is not known here`;
  }
  if (missing !== undefined) return locked(sector, missing);
  const blocks: Uint8Array[] = [];
  for (const block of dataBlocksOf(sector)) {
    const data = await session.readIfAllowed(block);
    if (data === undefined)
      return locked(sector, `block ${block} cannot be read, though its access bits allow it`);
    blocks.push(data);
  }
  const keyB = isKeyBReadable(access[3]) ? bytes.subarray(10) : FACTORY_KEY;
  return {
    kind: 'open',
    sector,
    trailer: { lock, access, generalPurposeByte: bytes[9] ?? 0 },
    writer,
    blocks,
    hasKeyBOfLock: lock.kind !== 'factory' || keyB.every((byte) => byte === 0xff),
  };
}

/** The first thing that this key may not do and a program must; undefined: it may do everything. */
function missingRight(sector: number, access: SectorAccess, key: 'A' | 'B'): string | undefined {
  if (key === 'B' && isKeyBReadable(access[3])) return 'its key B can be read, and opens nothing';
  const trailer = trailerRights(access[3]);
  const rights: (readonly [what: string, rule: KeyRule, condition: AccessCondition])[] = [];
  for (const block of dataBlocksOf(sector)) {
    const condition = access[accessGroupOf(block)];
    const { read, write } = dataRights(condition);
    rights.push(
      [`block ${block} may be read`, read, condition],
      [`block ${block} may be written`, write, condition],
    );
  }
  const block = trailerOf(sector);
  rights.push([`key A in block ${block} may be written`, trailer.writeKeyA, access[3]]);
  rights.push([`the access bits in block ${block} may be written`, trailer.writeAccess, access[3]]);
  rights.push([`key B in block ${block} may be written`, trailer.writeKeyB, access[3]]);
  const refused = rights.find(([, rule]) => !allows(rule, key));
  if (refused === undefined) return undefined;
  const [what, rule, condition] = refused;
  const who = rule === 'never' ? 'no key' : `key ${rule} only`;
  return `${what} with ${who} (access condition ${condition.toString(2).padStart(3, '0')})`;
}

function locked(sector: number, reason: string): LockedSector {
  return { kind: 'locked', sector, reason: `sector ${sector}: ${reason}` };
}
