import { EncoderError } from '../../encoder/errors.ts';
import { sectorOf } from '../classic-geometry.ts';
import type { CardWork } from '../program.ts';
import { ClassicSession } from './classic-session.ts';
import { directorySectorsFor, type FoundDirectory, readDirectories } from './directory-sectors.ts';
import { dataBlocksOf, type FoundSector, type OpenSector, openSector } from './open-sector.ts';
import type { SectorLock } from './sector-lock.ts';

/** What lies in the sectors that concern the record. */
export interface FoundCard {
  /** In the order of the settings. */
  readonly sectors: readonly FoundSector[];
  /** Sectors 0 and 16, where the settings want a directory. */
  readonly directorySectors: readonly FoundSector[];
}

/** A card of which every sector that concerns the record can be read and written. */
export interface OpenCard {
  readonly record: readonly OpenSector[];
  readonly directories: readonly FoundDirectory[];
}

/** Begins the work on a card. Rejects with `card_unsupported` when the reader cannot open Classic sectors. */
export function beginSession({ link }: CardWork<'mifare_classic'>): ClassicSession {
  if (link.classic) return new ClassicSession(link.classic);
  throw new EncoderError('card_unsupported', 'this reader cannot open the sectors of a MIFARE Classic');
}

/** How many sectors a card has: 16 or 40. */
export function sectorCountOf({ card }: CardWork<'mifare_classic'>): number {
  return sectorOf(card.technology === 'mifare_classic_4k' ? 255 : 63) + 1;
}

/** Says which of the sectors the card does not have; undefined: it has them all. */
export function absentSector(work: CardWork<'mifare_classic'>): string | undefined {
  const count = sectorCountOf(work);
  const absent = work.settings.sectors.find((sector) => sector >= count);
  return absent === undefined
    ? undefined
    : `sector ${absent} is not on this card, which has ${count} sectors`;
}

/** How many bytes the data blocks of these sectors hold. */
export function areaBytes(sectors: readonly number[]): number {
  return sectors.reduce((sum, sector) => sum + 16 * dataBlocksOf(sector).length, 0);
}

/**
 * Reads the sectors of the record and of the directory. The directory comes first, then the last sector of the record: that way, the sector that
 * is open at the end is the one that `planWrites` begins with.
 */
export async function readCard(
  work: CardWork<'mifare_classic'>,
  session: ClassicSession,
): Promise<FoundCard> {
  const { sectors, hasDirectory } = work.settings;
  const directorySectors = hasDirectory
    ? await readSectors(work, session, directorySectorsFor(sectors), undefined)
    : [];
  const opened = directorySectors.find((sector) => sector.kind === 'open');
  return {
    directorySectors,
    sectors: await readSectors(work, session, sectors, opened?.trailer.lock),
  };
}

/** Reads sectors, and gives them back in the order in which they were named. `expected` is whose keys they probably have. */
export async function readSectors(
  { keys, card }: CardWork<'mifare_classic'>,
  session: ClassicSession,
  sectors: readonly number[],
  expected: SectorLock | undefined,
): Promise<readonly FoundSector[]> {
  const found = new Map<number, FoundSector>();
  let likely = expected;
  let left: readonly number[] = [...sectors.slice(-1), ...sectors.slice(0, -1)];
  for (let sector = left[0]; sector !== undefined; sector = left[0]) {
    left = left.slice(1);
    const read = await openSector(session, keys, card.uid, sector, likely);
    found.set(sector, read);
    if (read.kind === 'locked') continue;
    // A card of ours gets its commit block in the first sector invalidated first; on a fresh one that sector comes last.
    if (found.size === 1 && read.trailer.lock.kind !== 'factory') left = left.toReversed();
    likely = read.trailer.lock;
  }
  return sectors.flatMap((sector) => found.get(sector) ?? []);
}

/** The card, if everything is open; else the sentences that say what is not. */
export function openCard(
  { sectors, directorySectors }: FoundCard,
  recordSectors: readonly number[],
): OpenCard | readonly string[] {
  const all = [...sectors, ...directorySectors];
  const reasons = all.flatMap((sector) => (sector.kind === 'locked' ? [sector.reason] : []));
  if (reasons.length > 0) return reasons;
  const record = sectors.filter((sector) => sector.kind === 'open');
  const open = directorySectors.filter((sector) => sector.kind === 'open');
  const directories = readDirectories(open, recordSectors);
  return typeof directories === 'string' ? [directories] : { record, directories };
}
