import { EncoderError, type EncoderErrorCode } from '../../encoder/errors.ts';
import { hasRandomUid } from '../../model/card.ts';
import type { CardImage } from '../../model/card-record.ts';
import type { CardProgram, WriteJournal } from '../program.ts';
import { sealRecord } from '../record.ts';
import { frameRecord } from '../record-frame.ts';
import type { DesfireWork } from './application.ts';
import { DesfireCard } from './desfire-card.ts';
import { eraseCard } from './erase.ts';
import { CAPACITY_BYTES, inspectDesfire, lockedContents } from './inspect.ts';
import { FILE_BYTES } from './layout.ts';
import { parsePreimage } from './preimage.ts';
import { writeFile } from './write-file.ts';

const RANDOM_UID =
  'the card shows another number each time (random ID): no credential can be bound to it here; take a card that shows its own';

const NO: ReadonlySet<EncoderErrorCode> = new Set(['card_refused', 'card_unsupported']);

/** The record in a backup file of an application of its own: docs/card-formats/mifare-desfire.md. */
export const desfireProgram: CardProgram<'mifare_desfire'> = {
  format: 'mifare_desfire',
  inspect: async (work) => {
    if (hasRandomUid(work.card)) return lockedContents(RANDOM_UID);
    const card = cardOf(work);
    try {
      return await inspectDesfire(card, work);
    } catch (error) {
      // The card said no: that is told, not thrown. Everything else is not about what is on the card.
      if (error instanceof EncoderError && NO.has(error.code)) return lockedContents(error.message);
      throw error;
    }
  },
  write: async (work, image, journal) => {
    if (hasRandomUid(work.card)) throw new EncoderError('card_refused', RANDOM_UID);
    await write(cardOf(work), work, image, journal);
  },
};

async function write(
  card: DesfireCard,
  work: DesfireWork,
  image: CardImage,
  journal: WriteJournal,
): Promise<void> {
  switch (image.kind) {
    case 'record': {
      const [newest] = work.keys;
      if (newest === undefined) throw new Error('a site has keys of at least one version');
      const sealed = sealRecord(image.record, work.card.uid, newest);
      if (sealed.length > CAPACITY_BYTES) {
        const message = `the record has ${sealed.length} bytes, the file takes ${CAPACITY_BYTES}: fewer entrances fit`;
        throw new EncoderError('card_unsupported', message);
      }
      const content = new Uint8Array(FILE_BYTES);
      content.set(frameRecord(sealed));
      return writeFile(card, work, content, journal);
    }
    case 'blank':
      return eraseCard(card, work, journal);
    case 'previous': {
      const before = parsePreimage(image.preimage);
      if (before.kind === 'file') return writeFile(card, work, before.content, journal);
      if (before.kind === 'blank') return eraseCard(card, work, journal);
      return;
    }
  }
}

function cardOf({ link }: DesfireWork): DesfireCard {
  if (link.isoDep) return new DesfireCard(link.isoDep);
  throw new EncoderError(
    'card_unsupported',
    'this reader cannot speak to cards with APDUs (ISO/IEC 14443-4)',
  );
}
