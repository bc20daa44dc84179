import { parseCommandApdu } from '../../../src/card/apdu.ts';
import { isSame } from './block-cipher.ts';
import type { PoweredCard } from './powered-card.ts';

/** The DF name of the card itself. */
const PICC_NAME = Uint8Array.of(0xd2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x00);

/** ISO/IEC 7816-4 SELECT by DF name `00 A4 04 00 Lc name [00]`: 9000, 6A82 when there is none of this name, 6D00 for any other command of class 00. */
export function selectByName(card: PoweredCard, frame: Uint8Array): Uint8Array {
  const apdu = parseCommandApdu(frame);
  if (apdu === undefined) return Uint8Array.of(0x67, 0x00);
  if (apdu.ins !== 0xa4) return Uint8Array.of(0x6d, 0x00);
  if (apdu.p1 !== 0x04 || (apdu.p2 & 0xf3) !== 0) return Uint8Array.of(0x6a, 0x86);
  const name = apdu.data ?? new Uint8Array(0);
  const application = card.picc.applications.find((one) => one.name !== undefined && isSame(one.name, name));
  if (application === undefined && !isSame(name, PICC_NAME)) return Uint8Array.of(0x6a, 0x82);
  card.select(application);
  return Uint8Array.of(0x90, 0x00);
}
