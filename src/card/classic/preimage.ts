import { decodeAccessBits, encodeAccessBits } from '../classic-access.ts';
import { CLASSIC_BLOCK_BYTES, inBlocks } from '../classic-geometry.ts';
import { dataBlocksOf, type OpenSector } from './open-sector.ts';
import type { SectorLock, Trailer } from './sector-lock.ts';

/** One sector as it was. */
export interface SectorBefore {
  readonly sector: number;
  readonly trailer: Trailer;
  readonly blocks: readonly Uint8Array[];
}

const LAYOUT_VERSION = 1;
const SECTOR_HEAD_BYTES = 8;
const LAST_SECTOR = 39;

/** How a lock is told: its kind, and a version where it has one. */
const LOCK_CODES = { factory: 0, site: 1, directory: 2 } as const;

/**
 * What restoring needs, without keys: 01, the number of sectors, and for each its number, whose keys it had (kind, version or 00), its three access
 * bytes, its general purpose byte, the number of its data blocks, and those.
 */
export function encodePreimage(sectors: readonly OpenSector[]): Uint8Array {
  const parts = sectors.flatMap(({ sector, trailer, blocks }) => {
    const { lock, access, generalPurposeByte } = trailer;
    const version = lock.kind === 'factory' ? 0 : (lock.version ?? 0);
    const head = [sector, LOCK_CODES[lock.kind], version, ...encodeAccessBits(access)];
    return [Uint8Array.of(...head, generalPurposeByte, blocks.length), ...blocks];
  });
  return new Uint8Array(Buffer.concat([Uint8Array.of(LAYOUT_VERSION, sectors.length), ...parts]));
}

/** Takes a pre-image apart; undefined when it is none. */
export function decodePreimage(bytes: Uint8Array): readonly SectorBefore[] | undefined {
  if (bytes[0] !== LAYOUT_VERSION) return undefined;
  const sectors: SectorBefore[] = [];
  let at = 2;
  for (let count = bytes[1] ?? 0; count > 0; count--) {
    const before = decodeSector(bytes.subarray(at));
    if (before === undefined) return undefined;
    sectors.push(before);
    at += SECTOR_HEAD_BYTES + before.blocks.length * CLASSIC_BLOCK_BYTES;
  }
  return at === bytes.length ? sectors : undefined;
}

function decodeSector(bytes: Uint8Array): SectorBefore | undefined {
  const [sector, kind, version] = bytes;
  const [generalPurposeByte, blockCount] = bytes.subarray(6, SECTOR_HEAD_BYTES);
  const access = decodeAccessBits(bytes.subarray(3, 6));
  if (sector === undefined || version === undefined || blockCount === undefined) return undefined;
  if (generalPurposeByte === undefined || access === undefined || sector > LAST_SECTOR) return undefined;
  const lock = lockOf(kind, version);
  const end = SECTOR_HEAD_BYTES + blockCount * CLASSIC_BLOCK_BYTES;
  if (lock === undefined || blockCount !== dataBlocksOf(sector).length || end > bytes.length)
    return undefined;
  const blocks = inBlocks(bytes.subarray(SECTOR_HEAD_BYTES, end));
  return { sector, trailer: { lock, access, generalPurposeByte }, blocks };
}

function lockOf(kind: number | undefined, version: number): SectorLock | undefined {
  if (kind === LOCK_CODES.factory) return { kind: 'factory' };
  if (kind === LOCK_CODES.site) return version === 0 ? undefined : { kind: 'site', version };
  if (kind === LOCK_CODES.directory) return { kind: 'directory', version: version === 0 ? null : version };
  return undefined;
}
