import type { Chip } from './chip.ts';

/** ISO/IEC 14443-3 type A, as PC/SC part 3 counts standards. */
const STANDARD_14443A_3 = 0x03;

/** Card names of PC/SC part 3; a card without one has 00 00. */
function cardName(chip: Chip): readonly [number, number] {
  switch (chip.technology) {
    case 'mifare_classic_1k':
      return [0x00, 0x01];
    case 'mifare_classic_4k':
      return [0x00, 0x02];
    case 'mifare_ultralight_ev1_48':
    case 'mifare_ultralight_ev1_128':
    case 'ntag213':
    case 'ntag215':
    case 'ntag216':
      // Readers tell an NTAG21x and an EV1 as an Ultralight.
      return [0x00, 0x03];
    default:
      return [0x00, 0x00];
  }
}

/**
 * The ATR that a PC/SC reader makes up for a contactless card (PC/SC part 3): `3B 8F 80 01`, the name of a storage card or the historical
 * bytes of one that speaks ISO/IEC 14443-4, and a check byte: every byte from the second on, exclusive-ored.
 */
export function contactlessAtr(chip: Chip): Uint8Array {
  const historical = chip.historicalBytes ?? [
    ...[0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06],
    ...[STANDARD_14443A_3, ...cardName(chip)],
    ...[0x00, 0x00, 0x00, 0x00],
  ];
  const checked = [0x80 | historical.length, 0x80, 0x01, ...historical];
  return Uint8Array.of(
    0x3b,
    ...checked,
    checked.reduce((sum, byte) => sum ^ byte, 0),
  );
}
