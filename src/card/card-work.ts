import { EncoderError } from '../encoder/errors.ts';
import type { Card } from '../model/card.ts';
import { type CardFormat, formatFor } from '../model/card-format.ts';
import type { CardContents, CardImage } from '../model/card-record.ts';
import { classicProgram } from './classic/classic-program.ts';
import { desfireProgram } from './desfire/desfire-program.ts';
import type { CardLink } from './link.ts';
import { magstripeProgram } from './magstripe/magstripe-program.ts';
import { isNumberDrawn } from './magstripe/stripe-number.ts';
import { ntagProgram } from './ntag/ntag-program.ts';
import type { CardProgram, CardSite, CardWork, WriteJournal } from './program.ts';

/** A format's program with its settings filled in. */
interface ReadyProgram {
  readonly format: CardFormat;
  inspect(): Promise<Omit<CardContents, 'format'>>;
  write(image: CardImage, journal: WriteJournal): Promise<void>;
}

/** Says what is on the card, by the first of the site's formats that fits it. Rejects as CardProgram does. */
export async function inspectCard(link: CardLink, card: Card, site: CardSite): Promise<CardContents> {
  const program = programFor(link, card, site);
  const isDrawn = link.stripe !== undefined && isNumberDrawn(link.stripe.tracks, card);
  const drawn = isDrawn ? { isNumberDrawn: true } : {};
  if (program === undefined) {
    return {
      ...drawn,
      format: null,
      content: { kind: 'foreign', description: 'none of the formats of this site fits this kind of card' },
      keyVersion: null,
      capacityBytes: 0,
      preimage: new Uint8Array(0),
      facts: [],
    };
  }
  return { ...drawn, format: program.format, ...(await program.inspect()) };
}

/**
 * Brings the card to `image`. Rejects as CardProgram does, and with `card_unsupported` when the image is of another format than the first one
 * that fits the card.
 */
export async function writeCard(
  link: CardLink,
  card: Card,
  site: CardSite,
  image: CardImage,
  journal: WriteJournal,
): Promise<void> {
  const program = programFor(link, card, site);
  if (program?.format !== image.format) {
    const message = `a card of kind ${card.technology} is not written in the format ${image.format} here`;
    throw new EncoderError('card_unsupported', message);
  }
  await program.write(image, journal);
}

function programFor(
  link: CardLink,
  card: Card,
  { siteId, formats, keys }: CardSite,
): ReadyProgram | undefined {
  const settings = formatFor(card.technology, formats);
  switch (settings?.format) {
    case undefined:
      return undefined;
    case 'magstripe':
      return ready(magstripeProgram, { link, card, siteId, settings, keys });
    case 'uid_only':
      return ready(uidOnlyProgram, { link, card, siteId, settings, keys });
    case 'mifare_classic':
      return ready(classicProgram, { link, card, siteId, settings, keys });
    case 'ntag':
      return ready(ntagProgram, { link, card, siteId, settings, keys });
    case 'mifare_desfire':
      return ready(desfireProgram, { link, card, siteId, settings, keys });
  }
}

function ready<Format extends CardFormat>(
  program: CardProgram<Format>,
  work: CardWork<Format>,
): ReadyProgram {
  return {
    format: program.format,
    inspect: () => program.inspect(work),
    write: (image, journal) => program.write(work, image, journal),
  };
}

/** The credential is bound to the card's number: nothing is written, and nothing can be read. */
const uidOnlyProgram: CardProgram<'uid_only'> = {
  format: 'uid_only',
  inspect: async () => ({
    content: { kind: 'blank' },
    keyVersion: null,
    capacityBytes: 0,
    preimage: new Uint8Array(0),
    facts: [['Use', 'by its number only']],
  }),
  write: async () => {},
};
