import { EncoderError } from '../encoder/errors.ts';
import type { Card, CardTechnology } from '../model/card.ts';
import { parseResponseApdu } from './apdu.ts';
import { technologyFromAtr } from './atr.ts';
import type { IsoDepLink, UltralightLink } from './link.ts';
import type { Transmit } from './pseudo-apdu.ts';
import { type ReaderProfile, readUid, storageCardLink } from './storage-card.ts';

/**
 * Says which card is in the field, in one exchange where the ATR tells enough, in two or three where it does not.
 * Rejects with `card_removed` when the card leaves meanwhile.
 */
export async function identify(transmit: Transmit, atr: Uint8Array, profile: ReaderProfile): Promise<Card> {
  const uid = await readUid(transmit);
  const family = technologyFromAtr(atr);
  const link = storageCardLink(transmit, family, profile);
  if (family === 'mifare_ultralight' && link.ultralight) {
    return { uid, technology: await refineUltralight(link.ultralight) };
  }
  if (family === 'iso14443_4' && link.isoDep) {
    return { uid, technology: (await isDesfire(link.isoDep)) ? 'mifare_desfire' : 'iso14443_4' };
  }
  return { uid, technology: family };
}

/** Product and storage size bytes of GET_VERSION (NXP NTAG213/215/216, table 28; MF0ULx1, table 15). */
const BY_VERSION: ReadonlyMap<number, CardTechnology> = new Map([
  [0x030b, 'mifare_ultralight_ev1_48'],
  [0x030e, 'mifare_ultralight_ev1_128'],
  [0x040f, 'ntag213'],
  [0x0411, 'ntag215'],
  [0x0413, 'ntag216'],
]);

/**
 * Third byte of the capability container on page 3, as NTAG21x leave the factory (table 7) and as an Ultralight EV1 of 128 bytes has it
 * once it is formatted. That of the smaller EV1, 06, is a plain Ultralight's too.
 */
const BY_CAPACITY: ReadonlyMap<number, CardTechnology> = new Map([
  [0x10, 'mifare_ultralight_ev1_128'],
  [0x12, 'ntag213'],
  [0x3e, 'ntag215'],
  [0x6d, 'ntag216'],
]);

/**
 * Tells the NTAG21x and the Ultralight EV1 from the other cards of their family: by GET_VERSION where the reader passes native commands on, else by
 * the capability container, which an Ultralight C with NDEF on it has in common with an NTAG213.
 */
export async function refineUltralight(link: UltralightLink): Promise<CardTechnology> {
  if (link.transceive) {
    try {
      return technologyFromVersion(await link.transceive(Uint8Array.of(0x60)));
    } catch (error) {
      if (!(error instanceof EncoderError)) throw error;
      // A card older than GET_VERSION says no; no NTAG21x does.
      if (error.code === 'card_refused') return 'mifare_ultralight';
      // The reader does not know this way in, whatever its profile says.
      if (error.code !== 'card_unsupported' && error.code !== 'device_protocol') throw error;
    }
  }
  const [magic, , capacity] = await link.readPages(3).catch(nothingIfRefused);
  return (magic === 0xe1 ? BY_CAPACITY.get(capacity ?? 0) : undefined) ?? 'mifare_ultralight';
}

/** A card that does not show the page, read-protected perhaps, is still a card with a number. */
function nothingIfRefused(error: unknown): Uint8Array {
  const isRefusal =
    error instanceof EncoderError && (error.code === 'card_refused' || error.code === 'card_unsupported');
  if (isRefusal) return new Uint8Array(0);
  throw error;
}

/** The answer to GET_VERSION: 00, vendor 04 (NXP), product 03 (Ultralight) or 04 (NTAG), subtype, version, revision, size, protocol. */
function technologyFromVersion(version: Uint8Array): CardTechnology {
  const [, vendor, product = 0, , , , size = 0] = version;
  const isNxp = version.length === 8 && vendor === 0x04;
  return (isNxp ? BY_VERSION.get(product * 256 + size) : undefined) ?? 'mifare_ultralight';
}

/** GetVersion of a DESFire, wrapped (NXP MF3D(H)x3); its answer comes in three parts, each but the last with 91 AF. */
const GET_VERSION = Uint8Array.of(0x90, 0x60, 0x00, 0x00, 0x00);
const MORE = Uint8Array.of(0x90, 0xaf, 0x00, 0x00, 0x00);

/** Whether the card that is selected is a DESFire: asks for its version, and fetches the answer to its end. Rejects as the link does. */
export async function isDesfire(link: IsoDepLink): Promise<boolean> {
  let { statusWord } = parseResponseApdu(await link.exchange(GET_VERSION));
  if (statusWord !== 0x91af) return false;
  // The card waits for the rest to be fetched: left so, it would refuse the next command.
  for (let part = 2; part <= 3 && statusWord === 0x91af; part++) {
    ({ statusWord } = parseResponseApdu(await link.exchange(MORE)));
  }
  return true;
}
