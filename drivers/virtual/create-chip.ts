import { fromHex, toHex } from '../../src/card/hex.ts';
import type { DesfireGeneration } from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTechnology } from '../../src/model/card.ts';
import type { Chip } from './chip.ts';
import { DesfireChip } from './desfire/desfire-chip.ts';
import { MifareClassicChip } from './mifare-classic-chip.ts';
import { UidOnlyChip } from './uid-only-chip.ts';
import { UltralightChip } from './ultralight-chip.ts';
import type { UltralightTechnology } from './ultralight-layout.ts';

/** A kind of card that is simulated. */
interface Mould {
  /** Bytes that its uid may have. */
  readonly uidBytes: readonly number[];
  /** First bytes of a uid that is drawn at random, and how many bytes it has. */
  readonly drawn: { readonly bytes: number; readonly first?: number };
  /** `generation`: of a DESFire that has no memory yet. */
  make(uid: Uint8Array, memory?: Uint8Array, generation?: DesfireGeneration): Chip;
}

/** 04 is the maker number of NXP (ISO/IEC 7816-6). */
const SEVEN_BYTES: Pick<Mould, 'uidBytes' | 'drawn'> = { uidBytes: [7], drawn: { bytes: 7, first: 0x04 } };

const MOULDS: ReadonlyMap<CardTechnology, Mould> = new Map<CardTechnology, Mould>([
  [
    'mifare_classic_1k',
    {
      uidBytes: [4, 7],
      drawn: { bytes: 4 },
      make: (uid, memory) => new MifareClassicChip(uid, memory),
    },
  ],
  [
    'mifare_classic_4k',
    {
      uidBytes: [4, 7],
      drawn: { bytes: 4 },
      make: (uid, memory) => new MifareClassicChip(uid, memory, 'mifare_classic_4k'),
    },
  ],
  ultralight('mifare_ultralight_ev1_48'),
  ultralight('mifare_ultralight_ev1_128'),
  ultralight('ntag213'),
  ultralight('ntag215'),
  ultralight('ntag216'),
  [
    'mifare_desfire',
    {
      ...SEVEN_BYTES,
      make: (uid, memory, generation) =>
        new DesfireChip(uid, { ...(memory ? { memory } : {}), ...(generation ? { generation } : {}) }),
    },
  ],
  ['uid_only', { uidBytes: [4, 7, 10], drawn: { bytes: 4 }, make: (uid) => new UidOnlyChip(uid) }],
]);

function ultralight(technology: UltralightTechnology): [CardTechnology, Mould] {
  return [technology, { ...SEVEN_BYTES, make: (uid, memory) => new UltralightChip(technology, uid, memory) }];
}

/** The kinds of card that are simulated. */
export const SIMULATED_TECHNOLOGIES: readonly CardTechnology[] = [...MOULDS.keys()];

/**
 * Makes the chip of a card. `uid` is hexadecimal; `memory` as the chip's `memory` gave it, absent: as from the factory. `generation` is of a DESFire
 * from the factory; absent: EV3. A memory knows its own.
 * Throws an EncoderError `card_unsupported` for a kind that is not simulated or a uid that its kind cannot have, a plain Error for
 * a memory that does not belong to the card.
 */
export function createChip(
  technology: CardTechnology,
  uid: string,
  memory?: Uint8Array,
  generation?: DesfireGeneration,
): Chip {
  return mouldOf(technology).make(fromHex(checkUid(technology, uid)), memory, generation);
}

/** The uid in upper case. Throws an EncoderError `card_unsupported` where `createChip` would. */
export function checkUid(technology: CardTechnology, uid: string): string {
  const { uidBytes } = mouldOf(technology);
  if (!/^([0-9a-f]{2})+$/i.test(uid)) {
    const message = `the uid "${uid}" is not whole bytes in hexadecimal: two digits a byte, nothing between`;
    throw new EncoderError('card_unsupported', message);
  }
  if (!uidBytes.includes(uid.length / 2)) {
    const message = `the uid "${uid}" has ${uid.length / 2} bytes; a card of kind ${technology} has ${uidBytes.join(' or ')}`;
    throw new EncoderError('card_unsupported', message);
  }
  return uid.toUpperCase();
}

/**
 * A uid as a card of this kind would have it, upper-case hexadecimal: 7 bytes from NXP, or 4 that begin neither with 08 (a number drawn anew each time)
 * nor with 88 (the cascade tag). Throws an EncoderError `card_unsupported` for a kind that is not simulated.
 */
export function drawUid(technology: CardTechnology): string {
  const { bytes, first } = mouldOf(technology).drawn;
  const uid = crypto.getRandomValues(new Uint8Array(bytes));
  if (first !== undefined) uid[0] = first;
  else if (uid[0] === 0x08 || uid[0] === 0x88) uid[0] = 0x09;
  return toHex(uid);
}

function mouldOf(technology: CardTechnology): Mould {
  const mould = MOULDS.get(technology);
  if (mould) return mould;
  const message = `cards of kind ${technology} are not simulated; these are: ${SIMULATED_TECHNOLOGIES.join(', ')}`;
  throw new EncoderError('card_unsupported', message);
}
