import { CLASSIC_BLOCK_BYTES, inBlocks } from '../classic-geometry.ts';
import {
  applicationOf,
  type Directory,
  decodeDirectory,
  emptyDirectory,
  encodeDirectory,
  FREE_SECTOR,
  type MadPart,
  madCrc,
  madGeneralPurposeByte,
  madPartIn,
  madPartOf,
  madSector,
  madVersion,
  OUR_APPLICATION,
  withApplication,
} from './mad.ts';
import type { OpenSector } from './open-sector.ts';
import { FACTORY_TRAILER, LOCKED_ACCESS, type Trailer } from './sector-lock.ts';
import type { SectorGoal } from './write-plan.ts';

/** A directory sector that was read, and what its directory says. */
export interface FoundDirectory {
  readonly part: MadPart;
  readonly found: OpenSector;
  readonly directory: Directory;
  /** Something lies there that is no directory; a write puts one in its place. */
  readonly isForeign: boolean;
}

/** The sectors in which the directory of these sectors lies: sector 0 always, sector 16 too when one of them is behind it. */
export function directorySectorsFor(sectors: readonly number[]): readonly number[] {
  return sectors.some((sector) => madPartOf(sector) === 'MAD2')
    ? [madSector('MAD1'), madSector('MAD2')]
    : [madSector('MAD1')];
}

/**
 * Reads what the directory says. `sectors` are those of the record. Answers with a sentence where the directory stands in the way: it is damaged, or gives one of
 * the sectors to another application.
 */
export function readDirectories(
  found: readonly OpenSector[],
  sectors: readonly number[],
): readonly FoundDirectory[] | string {
  const first = found.find(({ sector }) => sector === madSector('MAD1'));
  const version = first && madVersion(first.trailer.generalPurposeByte);
  const directories: FoundDirectory[] = [];
  for (const sector of found) {
    const part = madPartIn(sector.sector);
    if (part === undefined) continue;
    const read = readPart(part, sector, part === 'MAD1' ? version !== undefined : version === 2, sectors);
    if (typeof read === 'string') return read;
    directories.push(read);
  }
  return directories;
}

function readPart(
  part: MadPart,
  found: OpenSector,
  isDeclared: boolean,
  sectors: readonly number[],
): FoundDirectory | string {
  const bytes = Buffer.concat(found.blocks);
  const empty = { part, found, directory: emptyDirectory(part), isForeign: false };
  const { lock } = found.trailer;
  if (!isDeclared && keyBIsFactory(found.trailer)) {
    return `sector ${found.sector}: it holds no card directory, and its key A is not known here`;
  }
  if (bytes.every((byte) => byte === 0)) return empty;
  const isOurs = lock.kind === 'directory' && lock.version !== null;
  const { directory, isIntact } = decodeDirectory(part, bytes);
  if (!isDeclared && !isOurs) {
    // What a write of ours leaves that ended before the trailer names nobody else.
    const isLeftover = directory.applications.every((application) =>
      [FREE_SECTOR, OUR_APPLICATION].includes(application),
    );
    return { ...empty, isForeign: !isLeftover };
  }
  // A check byte that does not fit was left by a write of ours when only our own entries differ from what it was made for.
  const wasTorn = [OUR_APPLICATION, FREE_SECTOR].some(
    (application) => encodeDirectory(withApplication(part, directory, sectors, application))[0] === bytes[0],
  );
  if (!isIntact && !isOurs && !wasTorn) {
    const wrong = `${hexByte(bytes[0] ?? 0)} instead of ${hexByte(madCrc(bytes.subarray(1)))}`;
    return `sector ${found.sector}: the card directory is damaged, its check byte is ${wrong}`;
  }
  // What a torn write left in place of our own entries says nothing.
  if (!isIntact) return { part, found, directory, isForeign: false };
  for (const sector of sectors) {
    if (madPartOf(sector) !== part) continue;
    const application = applicationOf(part, directory, sector);
    if (application === FREE_SECTOR || application === OUR_APPLICATION) continue;
    const name = application.toString(16).toUpperCase().padStart(4, '0');
    return `sector ${sector}: the card directory gives it to another application (${name})`;
  }
  return { part, found, directory, isForeign: false };
}

/** The directory with our sectors in it, and the site's newest key B; the key B of a directory that others made stays as it is. */
export function directoriesWithRecord(
  directories: readonly FoundDirectory[],
  sectors: readonly number[],
  keyVersion: number,
): readonly SectorGoal[] {
  const first = directories.find(({ part }) => part === 'MAD1');
  const hasSecond = directories.some(({ part }) => part === 'MAD2');
  const foundVersion = first && madVersion(first.found.trailer.generalPurposeByte);
  const version = hasSecond ? 2 : (foundVersion ?? 1);
  return directories.map(({ part, found, directory }) => ({
    found,
    blocks: inBlocks(encodeDirectory(withApplication(part, directory, sectors, OUR_APPLICATION))),
    trailer: directoryTrailer(part, found.trailer, keyVersion, version),
  }));
}

/**
 * The directory without our sectors. One that is empty then, and was not made by others, goes as well; one that others still need stays, and
 * gets the factory's key B, so that whoever comes next can use it. What is no directory is left alone.
 */
export function directoriesWithoutRecord(
  directories: readonly FoundDirectory[],
  sectors: readonly number[],
): readonly SectorGoal[] {
  const without = directories
    .filter(({ isForeign }) => !isForeign)
    .map((found) => {
      const directory = withApplication(found.part, found.directory, sectors, FREE_SECTOR);
      const isByOthers = found.found.trailer.lock.kind === 'directory' && keyBIsFactory(found.found.trailer);
      const isNeeded =
        isByOthers || directory.applications.some((application) => application !== FREE_SECTOR);
      return { ...found, directory, isNeeded };
    });
  const isSecondNeeded = without.some(({ part, isNeeded }) => part === 'MAD2' && isNeeded);
  const wasSecondRead = without.some(({ part }) => part === 'MAD2');
  return without.map(({ part, found, directory, isNeeded }) => {
    if (!isNeeded && !(part === 'MAD1' && isSecondNeeded)) {
      const blocks = found.blocks.map(() => new Uint8Array(CLASSIC_BLOCK_BYTES));
      return { found, blocks, trailer: FACTORY_TRAILER };
    }
    const foundVersion = madVersion(found.trailer.generalPurposeByte) ?? 1;
    const version = wasSecondRead ? (isSecondNeeded ? 2 : 1) : foundVersion;
    const blocks = inBlocks(encodeDirectory(directory));
    return { found, blocks, trailer: directoryTrailer(part, found.trailer, null, version) };
  });
}

function directoryTrailer(part: MadPart, found: Trailer, keyVersion: number | null, version: 1 | 2): Trailer {
  // Only the general purpose byte of sector 0 has a meaning (AN10787 section 3.5).
  const generalPurposeByte = part === 'MAD1' ? madGeneralPurposeByte(version) : 0x00;
  if (found.lock.kind === 'directory' && keyBIsFactory(found)) {
    const kept = (found.generalPurposeByte & ~0x03) | version;
    return { ...found, generalPurposeByte: part === 'MAD1' ? kept : found.generalPurposeByte };
  }
  return { lock: { kind: 'directory', version: keyVersion }, access: LOCKED_ACCESS, generalPurposeByte };
}

function keyBIsFactory({ lock }: Trailer): boolean {
  return lock.kind === 'directory' && lock.version === null;
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
