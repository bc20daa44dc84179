import { EncoderError } from '../../encoder/errors.ts';
import type { CardImage } from '../../model/card-record.ts';
import { inBlocks } from '../classic-geometry.ts';
import type { CardProgram, CardWork } from '../program.ts';
import { sealRecord } from '../record.ts';
import { FRAME_HEADER_BYTES, frameRecord, LONGEST_FRAMED_RECORD_BYTES } from '../record-frame.ts';
import { contentOf, keyVersionOf } from './card-content.ts';
import { describeCard } from './card-facts.ts';
import type { ClassicSession } from './classic-session.ts';
import { converge } from './converge.ts';
import { directoriesWithoutRecord, directoriesWithRecord } from './directory-sectors.ts';
import { madPartIn } from './mad.ts';
import type { OpenSector } from './open-sector.ts';
import { decodePreimage, encodePreimage } from './preimage.ts';
import {
  absentSector,
  areaBytes,
  beginSession,
  type OpenCard,
  openCard,
  readCard,
  readSectors,
} from './read-card.ts';
import { FACTORY_TRAILER, recordTrailer } from './sector-lock.ts';
import type { CardGoal, SectorGoal } from './write-plan.ts';

type ClassicWork = CardWork<'mifare_classic'>;

/** The record in the configured sectors of a MIFARE Classic 1K or 4K: docs/card-formats/mifare-classic.md. */
export const classicProgram: CardProgram<'mifare_classic'> = {
  format: 'mifare_classic',

  async inspect(work) {
    const session = beginSession(work);
    const absent = absentSector(work);
    if (absent !== undefined) {
      return {
        content: { kind: 'locked', description: absent },
        keyVersion: null,
        capacityBytes: 0,
        preimage: new Uint8Array(0),
        facts: describeCard(work, undefined),
      };
    }
    const found = await readCard(work, session);
    const facts = describeCard(work, found);
    const keyVersion = keyVersionOf(found.sectors);
    const open = openCard(found, work.settings.sectors);
    if (!('record' in open)) {
      return {
        content: { kind: 'locked', description: open.join('; ') },
        keyVersion,
        capacityBytes: 0,
        preimage: new Uint8Array(0),
        facts,
      };
    }
    return {
      content: contentOf(work, open),
      keyVersion,
      capacityBytes: capacityBytes(work),
      preimage: encodePreimage([...open.record, ...open.directories.map((directory) => directory.found)]),
      facts,
    };
  },

  async write(work, image, journal) {
    const session = beginSession(work);
    const goal =
      image.kind === 'previous'
        ? await goalBefore(work, session, image.preimage)
        : await goalFor(work, session, image);
    await converge({ session, keys: work.keys, uid: work.card.uid, journal }, goal);
  },
};

/** How long a sealed record may be in the configured sectors. */
function capacityBytes({ settings }: ClassicWork): number {
  return Math.min(LONGEST_FRAMED_RECORD_BYTES, areaBytes(settings.sectors) - FRAME_HEADER_BYTES);
}

async function goalFor(
  work: ClassicWork,
  session: ClassicSession,
  image: Exclude<CardImage, { kind: 'previous' }>,
): Promise<CardGoal> {
  const { settings, keys } = work;
  const absent = absentSector(work);
  if (absent !== undefined) throw new EncoderError('card_unsupported', absent);
  const [newest] = keys;
  if (newest === undefined) throw new Error('the site has no keys');
  const area = new Uint8Array(areaBytes(settings.sectors));
  if (image.kind === 'record') {
    const sealed = sealRecord(image.record, work.card.uid, newest);
    if (sealed.length > capacityBytes(work)) {
      const message = `the record has ${sealed.length} bytes, and sectors ${settings.sectors.join(', ')} hold ${capacityBytes(work)}`;
      throw new EncoderError('card_unsupported', message);
    }
    area.set(frameRecord(sealed));
  }
  const { record, directories } = allOpen(openCard(await readCard(work, session), settings.sectors));
  const isRecord = image.kind === 'record';
  const trailer = isRecord ? recordTrailer(newest.version) : FACTORY_TRAILER;
  const blocks = inBlocks(area);
  const countsBefore = record.map((_, at) =>
    record.slice(0, at).reduce((sum, sector) => sum + sector.blocks.length, 0),
  );
  return {
    record: record.map((found, at) => {
      const first = countsBefore[at] ?? 0;
      return { found, blocks: blocks.slice(first, first + found.blocks.length), trailer };
    }),
    directory: isRecord
      ? directoriesWithRecord(directories, settings.sectors, newest.version)
      : directoriesWithoutRecord(directories, settings.sectors),
  };
}

function allOpen(card: OpenCard | readonly string[]): OpenCard {
  if ('record' in card) return card;
  throw new EncoderError('card_refused', `nothing was written: ${card.join('; ')}`);
}

/** Puts back what a pre-image tells; the settings may be others by now. */
async function goalBefore(
  work: ClassicWork,
  session: ClassicSession,
  preimage: Uint8Array,
): Promise<CardGoal> {
  const before = decodePreimage(preimage);
  if (before === undefined) {
    throw new EncoderError('card_refused', 'nothing was written: what the card held before was not kept');
  }
  const found = await readSectors(
    work,
    session,
    before.map(({ sector }) => sector),
    undefined,
  );
  const open = found.filter((sector): sector is OpenSector => sector.kind === 'open');
  if (open.length < found.length) {
    allOpen(found.flatMap((sector) => (sector.kind === 'locked' ? [sector.reason] : [])));
  }
  const goals = before.flatMap(({ sector, trailer, blocks }): SectorGoal[] => {
    const now = open.find((one) => one.sector === sector);
    return now ? [{ found: now, blocks, trailer }] : [];
  });
  return {
    record: goals.filter(({ found: { sector } }) => madPartIn(sector) === undefined),
    directory: goals.filter(({ found: { sector } }) => madPartIn(sector) !== undefined),
  };
}
