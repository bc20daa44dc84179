/**
 * The card's directory (MAD, NXP AN10787): which application each sector belongs to. MAD1 lies in blocks 1 and 2 of sector 0 and names
 * sectors 1 to 15; MAD2, on a 4K, in blocks 64 to 66 of sector 16 and names sectors 17 to 39. Each is a check byte, an info byte and two
 * bytes a sector: application code, function cluster.
 */

/** Application code ED in function cluster 48, as it lies on the card. */
export const OUR_APPLICATION = 0xed48;

/** AN10787 section 3.7: the sector belongs to nobody. */
export const FREE_SECTOR = 0x0000;

/** Key A of a directory sector: public (AN10787 section 3.3). */
export const MAD_KEY_A: readonly number[] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5];

export type MadPart = 'MAD1' | 'MAD2';

/** Where a part of the directory lies, and which sectors it names. */
interface MadPlace {
  readonly sector: number;
  readonly bytes: number;
  readonly firstSector: number;
  readonly lastSector: number;
}

const PLACES: Readonly<Record<MadPart, MadPlace>> = {
  MAD1: { sector: 0, bytes: 32, firstSector: 1, lastSector: 15 },
  MAD2: { sector: 16, bytes: 48, firstSector: 17, lastSector: 39 },
};

/** One part of the directory. */
export interface Directory {
  /** Sector of the card's publisher in the low six bits, 0 for none (section 3.6). */
  readonly info: number;
  /** What each sector that this part names belongs to, in order: 15 or 23 numbers of 16 bits, the first byte on the card the greater. */
  readonly applications: readonly number[];
}

/** The part that names a sector; undefined for 0 and 16, where the directory itself is. */
export function madPartOf(sector: number): MadPart | undefined {
  if (sector === PLACES.MAD1.sector || sector === PLACES.MAD2.sector) return undefined;
  return sector <= PLACES.MAD1.lastSector ? 'MAD1' : 'MAD2';
}

/** The sector in which a part lies. */
export function madSector(part: MadPart): number {
  return PLACES[part].sector;
}

/** The part that lies in a sector; undefined where none does. */
export function madPartIn(sector: number): MadPart | undefined {
  if (sector === PLACES.MAD1.sector) return 'MAD1';
  return sector === PLACES.MAD2.sector ? 'MAD2' : undefined;
}

/** A directory in which every sector is free. */
export function emptyDirectory(part: MadPart): Directory {
  const { firstSector, lastSector } = PLACES[part];
  return { info: 0, applications: Array.from({ length: lastSector - firstSector + 1 }, () => FREE_SECTOR) };
}

/** The application that a sector belongs to. Throws a plain Error for a sector that this part does not name. */
export function applicationOf(part: MadPart, directory: Directory, sector: number): number {
  const application = directory.applications[sector - PLACES[part].firstSector];
  if (application === undefined) throw new Error(`${part} does not name sector ${sector}`);
  return application;
}

/** The directory with these sectors given to one application; sectors that this part does not name are left out. */
export function withApplication(
  part: MadPart,
  directory: Directory,
  sectors: readonly number[],
  application: number,
): Directory {
  const { firstSector } = PLACES[part];
  const applications = directory.applications.map((old, at) =>
    sectors.includes(firstSector + at) ? application : old,
  );
  return { ...directory, applications };
}

/** The 32 or 48 bytes of a part, its check byte first. */
export function encodeDirectory({ info, applications }: Directory): Uint8Array {
  const checked = [info, ...applications.flatMap((application) => [application >> 8, application & 0xff])];
  return Uint8Array.of(madCrc(checked), ...checked);
}

/**
 * Takes the bytes of a part apart. `isIntact` is false when the check byte does not fit them. Throws a plain Error on another length
 * than 32 or 48.
 */
export function decodeDirectory(
  part: MadPart,
  bytes: Uint8Array,
): { readonly directory: Directory; readonly isIntact: boolean } {
  if (bytes.length !== PLACES[part].bytes) {
    throw new Error(`${part} is ${PLACES[part].bytes} bytes, not ${bytes.length}`);
  }
  const [check, info = 0, ...entries] = bytes;
  const applications: number[] = [];
  for (let at = 0; at < entries.length; at += 2) {
    applications.push((entries[at] ?? 0) * 256 + (entries[at + 1] ?? 0));
  }
  return { directory: { info, applications }, isIntact: check === madCrc(bytes.subarray(1)) };
}

/** The check byte: polynomial 1D, preset C7, the greatest bit first (section 3.10). */
export function madCrc(bytes: Iterable<number>): number {
  let crc = 0xc7;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x1d : 0)) & 0xff;
  }
  return crc;
}

/** What the general purpose byte of sector 0 says (section 3.5): whether there is a directory (bit 7), and its version (bits 1 and 0). */
export function madVersion(generalPurposeByte: number): 1 | 2 | undefined {
  if ((generalPurposeByte & 0x80) === 0) return undefined;
  return (generalPurposeByte & 0x03) === 2 ? 2 : 1;
}

/** The general purpose byte of sector 0 for a card of several applications with a directory of this version: C1 or C2. */
export function madGeneralPurposeByte(version: 1 | 2): number {
  return 0xc0 | version;
}
