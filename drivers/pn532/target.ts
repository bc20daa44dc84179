import { toHex } from '../../src/card/hex.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTechnology } from '../../src/model/card.ts';

/** A card of ISO/IEC 14443 type A, as a search found it. */
export interface Target {
  /** Upper-case hexadecimal. */
  readonly uid: string;
  /** ATQA as a number: 0x0044. */
  readonly atqa: number;
  readonly sak: number;
}

/** This bit of SAK says that the card speaks ISO/IEC 14443-4: then its ATS follows (UM0701-02, section 7.3.5). */
const SPEAKS_PART_4 = 0x20;
/** ATQA of the Ultralight family: a uid of 7 bytes, and nothing else told (NXP AN10833, table 4). */
const ULTRALIGHT_ATQA = 0x0044;

/** MIFARE Classic by SAK (NXP AN10833, table 6; 88 is Infineon's). */
const CLASSICS: ReadonlyMap<number, CardTechnology> = new Map([
  [0x08, 'mifare_classic_1k'],
  [0x88, 'mifare_classic_1k'],
  [0x09, 'mifare_classic_mini'],
  [0x18, 'mifare_classic_4k'],
]);

/**
 * Reads the answer to InListPassiveTarget at 106 kbit/s type A (section 7.3.5): how many, and for each its number, ATQA high byte first, SAK, the length
 * of its uid, the uid, and the ATS where SAK says so, which begins with its own length. Throws `device_protocol`.
 */
export function readTargets(answer: Uint8Array): Target[] {
  const [count = 0] = answer;
  const targets: Target[] = [];
  let at = 1;
  for (let target = 0; target < count; target++) {
    const [, high, low, sak, uidBytes] = answer.subarray(at, at + 5);
    const uid = answer.subarray(at + 5, at + 5 + (uidBytes ?? 0));
    const isOne = high !== undefined && low !== undefined && sak !== undefined && uid.length === uidBytes;
    if (!isOne || (uidBytes !== 4 && uidBytes !== 7 && uidBytes !== 10)) {
      throw new EncoderError(
        'device_protocol',
        `the PN532 tells of ${count} cards in ${answer.length} bytes, which is no list of cards`,
      );
    }
    targets.push({ uid: toHex(uid), atqa: high * 256 + low, sak });
    at += 5 + uidBytes;
    if ((sak & SPEAKS_PART_4) !== 0) at += answer[at] ?? 0;
  }
  return targets;
}

/**
 * What the search tells of a card. `mifare_ultralight` stands for every card of that family and `iso14443_4` for every card that speaks APDUs; `uid_only`
 * is everything that cannot be spoken to here.
 */
export function familyOf({ atqa, sak }: Target): CardTechnology {
  if ((sak & SPEAKS_PART_4) !== 0) return 'iso14443_4';
  if (sak === 0x00 && atqa === ULTRALIGHT_ATQA) return 'mifare_ultralight';
  return CLASSICS.get(sak) ?? 'uid_only';
}
