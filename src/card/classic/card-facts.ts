import type { CardContents } from '../../model/card-record.ts';
import { type AccessCondition, dataRights, type SectorAccess, trailerRights } from '../classic-access.ts';
import type { CardWork } from '../program.ts';
import { directorySectorsFor, readDirectories } from './directory-sectors.ts';
import { applicationOf, madPartIn, OUR_APPLICATION } from './mad.ts';
import type { FoundSector } from './open-sector.ts';
import { type FoundCard, sectorCountOf } from './read-card.ts';
import { describeLock } from './sector-lock.ts';

/** What a technician wants to know of a card; `found` is undefined when it was not read. */
export function describeCard(
  work: CardWork<'mifare_classic'>,
  found: FoundCard | undefined,
): CardContents['facts'] {
  const count = sectorCountOf(work);
  return [
    ['Memory', `${count === 16 ? 1024 : 4096} bytes in ${count} sectors`],
    ['Number', `${work.card.uid.length / 2} bytes`],
    ...(found?.sectors ?? []).map((sector): readonly [string, string] => [
      `Sector ${sector.sector}`,
      describeSector(sector),
    ]),
    ['Directory', describeDirectory(work, found)],
    [
      'Security',
      'the cipher of this card (Crypto1) is broken: it can be read and cloned by anybody who is near it',
    ],
  ];
}

function describeSector(sector: FoundSector): string {
  if (sector.kind === 'locked') return `locked: ${sector.reason}`;
  const used = sector.blocks.filter((block) => block.some((byte) => byte !== 0)).length;
  const { lock, access } = sector.trailer;
  return `${describeLock(lock)}; ${used} of ${sector.blocks.length} blocks used; ${describeAccess(access)}`;
}

function describeAccess([first, second, third, trailer]: SectorAccess): string {
  const { writeKeyA, writeAccess } = trailerRights(trailer);
  const isUniform = first === second && second === third;
  const data = isUniform
    ? describeData(first)
    : [first, second, third].map((condition, at) => `group ${at} ${describeData(condition)}`).join(', ');
  return `data ${data}; keys changed by ${writeKeyA}, access bits by ${writeAccess}`;
}

function describeData(condition: AccessCondition): string {
  const { read, write } = dataRights(condition);
  return `read by ${read}, written by ${write}`;
}

function describeDirectory(
  { settings: { sectors, hasDirectory } }: CardWork<'mifare_classic'>,
  found: FoundCard | undefined,
): string {
  if (!hasDirectory) return 'not used by this site';
  const open = (found?.directorySectors ?? []).filter((sector) => sector.kind === 'open');
  if (open.length < directorySectorsFor(sectors).length) return 'cannot be read';
  const directories = readDirectories(open, sectors);
  if (typeof directories === 'string') return directories;
  const named = sectors.filter((sector) =>
    directories.some(({ part, directory }) => {
      const isHere = madPartIn(sector) === undefined && part === (sector < 16 ? 'MAD1' : 'MAD2');
      return isHere && applicationOf(part, directory, sector) === OUR_APPLICATION;
    }),
  );
  return named.length === 0
    ? 'does not name this site’s sectors'
    : `names sector ${named.join(', ')} as this site’s`;
}
