import type { Chip } from '../../../drivers/virtual/chip.ts';

/** ISO/IEC 14443-3: this bit of SAK says that the card speaks ISO/IEC 14443-4. */
export const SPEAKS_PART_4 = 0x20;

/** T0 to TC1 of an ATS as a DESFire sends it: FSC 64, up to 848 kbit/s, CID. */
const ATS_HEAD = [0x75, 0x77, 0x81, 0x02] as const;

/**
 * A0, page and 16 bytes is COMPATIBILITY_WRITE where the card is no MIFARE Classic (NXP NTAG213/215/216, section 10.5): the card takes the first four.
 * It is simulated as the WRITE that it amounts to.
 */
export function asSent(command: Uint8Array, { sak }: Chip): Uint8Array {
  const isCompatible = command[0] === 0xa0 && command.length === 18 && sak === 0x00;
  return isCompatible ? Uint8Array.of(0xa2, ...command.subarray(1, 6)) : command;
}

/** Whether it is an authentication of a MIFARE Classic for another uid: of a longer one the last four bytes count (NXP AN10927, section 3.2.5). */
export function hasForeignUid(command: Uint8Array, { uid, sak }: Chip): boolean {
  const isAuthentication = (command[0] === 0x60 || command[0] === 0x61) && (sak & SPEAKS_PART_4) === 0;
  return isAuthentication && !uid.slice(-4).every((byte, at) => command[8 + at] === byte);
}

/** Whether InAutoPoll finds the card: 00 is every card of type A, 10 MIFARE, 20 ISO/IEC 14443-4 (section 7.3.13). */
export function isOfKind(kind: number, { sak }: Chip): boolean {
  return kind === 0x00 || kind === kindOf(sak);
}

function kindOf(sak: number): number {
  return (sak & SPEAKS_PART_4) === 0 ? 0x10 : 0x20;
}

/** What InAutoPoll tells of a card: its kind, the length of the rest, its number, and the same as a search. */
export function polled(number: number, chip: Chip): number[] {
  const data = [number, ...targetData(chip)];
  return [kindOf(chip.sak), data.length, ...data];
}

/** `ATQA(2) SAK uidLength uid [ATS]`; an ATS begins with its length. */
export function targetData(chip: Chip): number[] {
  const ats = chip.historicalBytes === undefined ? [] : [...ATS_HEAD, ...chip.historicalBytes];
  const part4 = (chip.sak & SPEAKS_PART_4) === 0 ? [] : [ats.length + 1, ...ats];
  return [...chip.atqa.toReversed(), chip.sak, chip.uid.length, ...chip.uid, ...part4];
}

/** The uid that is asked for comes as in anticollision: 88 before the parts that are not the last. */
export function fits(chip: Chip, wanted: readonly number[]): boolean {
  const uid = [...chip.uid];
  const cascaded =
    uid.length === 4
      ? uid
      : uid.length === 7
        ? [0x88, ...uid]
        : [0x88, ...uid.slice(0, 3), 0x88, ...uid.slice(3)];
  return wanted.length === 0 || cascaded.every((byte, at) => wanted[at] === byte);
}
