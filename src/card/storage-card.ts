import { EncoderError } from '../encoder/errors.ts';
import type { CardTechnology } from '../model/card.ts';
import { parseResponseApdu } from './apdu.ts';
import { cardFaces } from './card-faces.ts';
import { accessOfTrailer } from './classic-access.ts';
import { CLASSIC_BLOCK_BYTES, isTrailer } from './classic-geometry.ts';
import { toHex } from './hex.ts';
import type { CardLink, ClassicLink, UltralightLink } from './link.ts';
import { sendPseudoApdu, type Transmit } from './pseudo-apdu.ts';
import { exchangeDirect, exchangeTransparent } from './raw-exchange.ts';

/** Where PC/SC readers differ in the pseudo-APDUs of PC/SC part 3. */
export interface ReaderProfile {
  /** GENERAL AUTHENTICATE `FF 86`, or the older AUTHENTICATE `FF 88` of version 2.01. */
  readonly authVariant: '86' | '88';
  /** P1 of LOAD KEYS: 00 for volatile memory, 20 for non-volatile (OMNIKEY takes only the latter). */
  readonly loadKeyP1: number;
  /** P2 of LOAD KEYS: a slot's number, or the type of the key, 60 or 61 (the older SCM readers). */
  readonly loadKeyP2: 'slot' | 'type';
  /** How native commands reach the card: an ACR122U's direct transmit, transparent sessions, or not at all. */
  readonly rawExchange: 'direct' | 'transparent' | 'none';
}

/** A reader that is not known better. */
export const STANDARD_PROFILE: ReaderProfile = {
  authVariant: '86',
  loadKeyP1: 0x00,
  loadKeyP2: 'slot',
  rawExchange: 'none',
};

/** ACS ACR122U and whatever else has a PN532 behind `FF 00 00 00`. */
export const ACR122_PROFILE: ReaderProfile = { ...STANDARD_PROFILE, rawExchange: 'direct' };

/** The slot that is loaded before every authentication: every reader with slots has number 0. */
const KEY_SLOT = 0;

const PAGE_BYTES = 4;

/**
 * What the card programs need, over plain APDUs. The caller sees to it that exchanges do not overlap, and that nobody else uses
 * the reader meanwhile: its key slots are shared by all programs.
 */
export function storageCardLink(
  transmit: Transmit,
  technology: CardTechnology,
  profile: ReaderProfile,
): CardLink {
  return cardFaces(technology, {
    classic: () => classicLink(transmit, profile),
    ultralight: () => ultralightLink(transmit, profile),
    isoDep: () => ({
      exchange: async (command) => {
        const answer = await transmit(command);
        parseResponseApdu(answer);
        return answer;
      },
    }),
  });
}

/**
 * Asks for the number of the card in the field, `FF CA 00 00 00`: upper-case hexadecimal, first byte first.
 * Rejects with `card_removed` when there is none.
 */
export async function readUid(transmit: Transmit): Promise<string> {
  const uid = await sendPseudoApdu(transmit, 'read the uid', {
    ins: 0xca,
    p1: 0x00,
    p2: 0x00,
    le: 256,
  }).catch((error: unknown) => {
    // Readers that poll by themselves answer 6300 when the field is empty.
    if (error instanceof EncoderError && error.code === 'card_refused') {
      throw new EncoderError('card_removed', `${error.message}: no card is in the field`, { cause: error });
    }
    throw error;
  });
  if (uid.length < 4 || uid.length > 10) {
    throw new EncoderError('device_protocol', `a uid has 4 to 10 bytes, the reader said ${toHex(uid)}`);
  }
  return toHex(uid);
}

function classicLink(transmit: Transmit, profile: ReaderProfile): ClassicLink {
  return {
    async authenticate(block, key) {
      requireLength('a key', key.bytes, 6);
      const type = key.kind === 'A' ? 0x60 : 0x61;
      // The reader's slots are volatile and anybody's: loaded right before they are used, every time.
      await sendPseudoApdu(transmit, 'load a key into the reader', {
        ins: 0x82,
        p1: profile.loadKeyP1,
        p2: profile.loadKeyP2 === 'type' ? type : KEY_SLOT,
        data: key.bytes,
      });
      const doing = `authenticate for block ${block} with key ${key.kind}`;
      const [high, low] = [block >> 8, block & 0xff];
      if (profile.authVariant === '86') {
        const data = Uint8Array.of(0x01, high, low, type, KEY_SLOT);
        await sendPseudoApdu(transmit, doing, { ins: 0x86, p1: 0x00, p2: 0x00, data });
        return;
      }
      // Version 2.01 puts the key type where Lc would be: six bytes that are no proper APDU.
      await sendPseudoApdu((apdu) => transmit(Uint8Array.of(...apdu, type, KEY_SLOT)), doing, {
        ins: 0x88,
        p1: high,
        p2: low,
      });
    },
    readBlock: (block) => readBinary(transmit, `read block ${block}`, block, CLASSIC_BLOCK_BYTES),
    async writeBlock(block, data) {
      requireLength('a block', data, CLASSIC_BLOCK_BYTES);
      if (isTrailer(block) && accessOfTrailer(data) === undefined) {
        const bits = toHex(data.subarray(6, 9));
        const message = `block ${block} was not written: its access bits ${bits} contradict themselves and would kill the sector`;
        throw new EncoderError('card_refused', message);
      }
      await updateBinary(transmit, `write block ${block}`, block, data);
    },
  };
}

function ultralightLink(transmit: Transmit, profile: ReaderProfile): UltralightLink {
  const link: UltralightLink = {
    readPages: (page) => readBinary(transmit, `read page ${page}`, page, 4 * PAGE_BYTES),
    async writePage(page, data) {
      requireLength('a page', data, PAGE_BYTES);
      await updateBinary(transmit, `write page ${page}`, page, data);
    },
  };
  switch (profile.rawExchange) {
    case 'direct':
      return { ...link, transceive: (command) => exchangeDirect(transmit, command) };
    case 'transparent':
      return { ...link, transceive: (command) => exchangeTransparent(transmit, command) };
    case 'none':
      return link;
  }
}

async function readBinary(
  transmit: Transmit,
  doing: string,
  address: number,
  length: number,
): Promise<Uint8Array> {
  const [p1, p2] = [address >> 8, address & 0xff];
  const data = await sendPseudoApdu(transmit, doing, { ins: 0xb0, p1, p2, le: length });
  if (data.length !== length) {
    throw new EncoderError('device_protocol', `${doing}: ${data.length} bytes came instead of ${length}`);
  }
  return data;
}

async function updateBinary(
  transmit: Transmit,
  doing: string,
  address: number,
  data: Uint8Array,
): Promise<void> {
  await sendPseudoApdu(transmit, doing, { ins: 0xd6, p1: address >> 8, p2: address & 0xff, data });
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new Error(`${what} is ${length} bytes, not ${bytes.length}`);
}
