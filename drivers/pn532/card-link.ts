import { cardFaces } from '../../src/card/card-faces.ts';
import { accessOfTrailer } from '../../src/card/classic-access.ts';
import { CLASSIC_BLOCK_BYTES, isTrailer } from '../../src/card/classic-geometry.ts';
import { fromHex, toHex } from '../../src/card/hex.ts';
import { isDesfire, refineUltralight } from '../../src/card/identify.ts';
import type { CardLink, ClassicLink, IsoDepLink, UltralightLink } from '../../src/card/link.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { HeldCard } from './held-card.ts';

const PAGE_BYTES = 4;

/** What the card programs need of a card of this kind. */
export function cardLink(card: HeldCard, technology: CardTechnology): CardLink {
  return cardFaces(technology, {
    classic: () => classicLink(card),
    ultralight: () => ultralightLink(card),
    isoDep: () => isoDepLink(card),
  });
}

/** Looks closer at a card of a family that the search could not tell apart. Rejects as HeldCard does. */
export async function refine(card: HeldCard, family: CardTechnology): Promise<CardTechnology> {
  if (family === 'iso14443_4') return (await isDesfire(isoDepLink(card))) ? 'mifare_desfire' : family;
  if (family !== 'mifare_ultralight') return family;
  const link = ultralightLink(card);
  const technology = await refineUltralight(link);
  if (technology !== 'mifare_ultralight') return technology;
  // It knows no GET_VERSION. Every Ultralight shows its first page: a card that does not only looks like one.
  return link.readPages(0).then(
    () => technology,
    (error: unknown) => {
      if (error instanceof EncoderError && error.code === 'card_refused') return 'uid_only';
      throw error;
    },
  );
}

function isoDepLink(card: HeldCard): IsoDepLink {
  return { exchange: (command) => card.apdu(command) };
}

function classicLink(card: HeldCard): ClassicLink {
  return {
    async authenticate(block, key) {
      requireLength('a key', key.bytes, 6);
      const command = Uint8Array.of(
        key.kind === 'A' ? 0x60 : 0x61,
        block,
        ...key.bytes,
        // A uid of 7 bytes counts by its last four (NXP AN10927, section 3.2.5).
        ...fromHex(card.uid).subarray(-4),
      );
      try {
        await card.storage(`authenticate for block ${block} with key ${key.kind}`, command);
      } finally {
        command.fill(0);
      }
    },
    readBlock: (block) => read(card, `read block ${block}`, block),
    async writeBlock(block, data) {
      requireLength('a block', data, CLASSIC_BLOCK_BYTES);
      if (isTrailer(block) && accessOfTrailer(data) === undefined) {
        const bits = toHex(data.subarray(6, 9));
        const message = `block ${block} was not written: its access bits ${bits} contradict themselves and would kill the sector`;
        throw new EncoderError('card_refused', message);
      }
      await card.storage(`write block ${block}`, Uint8Array.of(0xa0, block, ...data));
    },
  };
}

function ultralightLink(card: HeldCard): UltralightLink {
  return {
    readPages: (page) => read(card, `read page ${page}`, page),
    async writePage(page, data) {
      requireLength('a page', data, PAGE_BYTES);
      await card.storage(`write page ${page}`, Uint8Array.of(0xa2, page, ...data));
    },
    transceive: (command) => card.native(`command ${toHex(command.subarray(0, 1))}`, command),
  };
}

/** 16 bytes: a block, or a page and the three after it. */
async function read(card: HeldCard, doing: string, address: number): Promise<Uint8Array> {
  const data = await card.storage(doing, Uint8Array.of(0x30, address));
  if (data.length === CLASSIC_BLOCK_BYTES) return data;
  const message = `${doing}: ${data.length} bytes came instead of ${CLASSIC_BLOCK_BYTES}`;
  throw new EncoderError('device_protocol', message);
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new Error(`${what} is ${length} bytes, not ${bytes.length}`);
}
