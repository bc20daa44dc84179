import type { CardContent } from '../../model/card-record.ts';
import type { CardWork } from '../program.ts';
import { openRecord } from '../record.ts';
import { FRAME_HEADER_BYTES, unframeRecord } from '../record-frame.ts';
import type { FoundSector, OpenSector } from './open-sector.ts';
import type { OpenCard } from './read-card.ts';

/** What the sectors hold, all of which can be read and written. */
export function contentOf(
  { card, siteId, keys }: CardWork<'mifare_classic'>,
  { record: sectors, directories }: OpenCard,
): CardContent {
  const area = new Uint8Array(Buffer.concat(sectors.flatMap(({ blocks }) => blocks)));
  const isFresh = sectors.every(hasFactoryLock);
  if (area.every((byte) => byte === 0)) {
    if (!isFresh) return { kind: 'incomplete' };
    const foreign = directories.find((directory) => directory.isForeign);
    if (foreign === undefined) return { kind: 'blank' };
    const description = `data of something else in sector ${foreign.found.sector}, where the card directory would be`;
    return { kind: 'foreign', description };
  }
  const sealed = unframeRecord(area);
  const opened = sealed && openRecord(sealed, card.uid, siteId, keys);
  if (sealed === undefined) {
    if (!isFresh) return { kind: 'incomplete' };
    const used = sectors.filter(({ blocks }) => blocks.some((block) => block.some((byte) => byte !== 0)));
    const list = used.map(({ sector }) => sector).join(', ');
    return {
      kind: 'foreign',
      description: `data of something else in sector ${list}, with keys as from the factory`,
    };
  }
  if (opened === undefined) return { kind: 'incomplete' };
  const { record, standing } = opened;
  // A lock cannot read what lies in sectors that still have the factory's keys: the write ended before the trailers.
  const holding = sectorsHolding(sectors, FRAME_HEADER_BYTES + sealed.length);
  if (standing === 'authentic' && holding.some(hasFactoryLock)) return { kind: 'incomplete' };
  return { kind: 'record', record, standing };
}

/** The oldest version of the site's keys that a sector has; null when none has any. */
export function keyVersionOf(sectors: readonly FoundSector[]): number | null {
  const versions = sectors.flatMap((sector) =>
    sector.kind === 'open' && sector.trailer.lock.kind === 'site' ? [sector.trailer.lock.version] : [],
  );
  return versions.length === 0 ? null : Math.min(...versions);
}

function hasFactoryLock({ trailer }: OpenSector): boolean {
  return trailer.lock.kind === 'factory';
}

/** The sectors in which the first so many bytes lie. */
function sectorsHolding(sectors: readonly OpenSector[], bytes: number): readonly OpenSector[] {
  let begin = 0;
  return sectors.filter(({ blocks }) => {
    const isHolding = begin < bytes;
    begin += blocks.reduce((sum, block) => sum + block.length, 0);
    return isHolding;
  });
}
