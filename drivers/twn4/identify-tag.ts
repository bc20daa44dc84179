import { toHex } from '../../src/card/hex.ts';
import { isDesfire, refineUltralight } from '../../src/card/identify.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import { type Card, type CardTechnology, uidOfNumber } from '../../src/model/card.ts';
import { cardNumberOf, type WiegandSettings } from '../ports/wiegand-options.ts';
import { isoDepLink, ultralightLink } from './card-link.ts';
import type { CardSession } from './card-session.ts';
import { type FoundTag, numberOf } from './codec/found-tag.ts';
import { HID_PROX, ISO14443A, isLowFrequency, tagTypeName } from './codec/tag-types.ts';

/** SAK of ISO/IEC 14443-3 cards (NXP AN10833, table 2). This bit says that the card speaks ISO/IEC 14443-4. */
const SPEAKS_PART_4 = 0x20;
const BY_SAK: ReadonlyMap<number, CardTechnology> = new Map([
  [0x09, 'mifare_classic_mini'],
  [0x08, 'mifare_classic_1k'],
  [0x88, 'mifare_classic_1k'],
  [0x18, 'mifare_classic_4k'],
]);
/** A card of the Ultralight family has SAK 00 and a uid of 7 bytes. */
const ULTRALIGHT_SAK = 0x00;
const ULTRALIGHT_UID_BYTES = 7;

/** How many bytes a uid may have: 4, 7 or 10 of ISO/IEC 14443, 8 of the other kinds. */
const UID_BYTES = { least: 4, most: 10 };

/**
 * Says which card was found, in two to four exchanges. Rejects with `card_removed` when it leaves meanwhile, and with `card_unsupported` when its number
 * cannot be told.
 */
export async function identifyTag(
  tag: FoundTag,
  session: CardSession,
  wiegand: WiegandSettings,
): Promise<Card> {
  if (isLowFrequency(tag.type)) return { uid: proximityUid(tag, wiegand), technology: 'proximity' };
  if (tag.id.length < UID_BYTES.least || tag.id.length > UID_BYTES.most) {
    const message = `a ${tagTypeName(tag.type)} with a number of ${tag.id.length} bytes is not known here`;
    throw new EncoderError('card_unsupported', message);
  }
  const technology = tag.type === ISO14443A ? await technologyOf(tag, session) : 'uid_only';
  return { uid: toHex(tag.id), technology };
}

async function technologyOf(tag: FoundTag, session: CardSession): Promise<CardTechnology> {
  const sak = await session.exchange(() => session.reader.sak());
  if (sak === undefined) return 'uid_only';
  if ((sak & SPEAKS_PART_4) !== 0) {
    return (await isDesfire(isoDepLink(session))) ? 'mifare_desfire' : 'iso14443_4';
  }
  if (sak === ULTRALIGHT_SAK && tag.id.length === ULTRALIGHT_UID_BYTES) {
    return await ultralightOf(session);
  }
  return BY_SAK.get(sak) ?? 'uid_only';
}

/** Every card of the family can be read. One that is silent looks like it, and is known by its number only. */
async function ultralightOf(session: CardSession): Promise<CardTechnology> {
  const link = ultralightLink(session);
  const technology = await refineUltralight(link);
  if (technology !== 'mifare_ultralight') return technology;
  try {
    await link.readPages(0);
    return technology;
  } catch (error) {
    const isSilent =
      error instanceof EncoderError && (error.code === 'device_timeout' || error.code === 'card_refused');
    if (!isSilent) throw error;
    await session.selectAgain();
    return 'uid_only';
  }
}

/** The number of a card of 125 kHz: of HID Prox as the formats of the configuration read it, of the others all its bits. */
function proximityUid(tag: FoundTag, wiegand: WiegandSettings): string {
  const value = numberOf(tag);
  if (tag.type !== HID_PROX) return uidOf(value, tag);
  const read = cardNumberOf({ count: tag.bits, value }, wiegand);
  if (read.kind === 'number') return uidOf(read.number, tag);
  const names = read.wrong.map(({ format }) => format.name).join(', ');
  const message = `a HID Prox card of ${tag.bits} bits does not hold the parity of ${names}: describe its format in wiegand.custom_formats, or set wiegand.card_number to raw`;
  throw new EncoderError('card_unsupported', message);
}

function uidOf(number: bigint, tag: FoundTag): string {
  if (tag.id.length <= UID_BYTES.most) return uidOfNumber(number);
  const message = `a ${tagTypeName(tag.type)} card has a number of ${tag.bits} bits: at most 80 are known here`;
  throw new EncoderError('card_unsupported', message);
}
