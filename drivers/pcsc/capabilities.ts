import type { CardTechnology } from '../../src/model/card.ts';

/** What every contactless PC/SC reader does by the pseudo-APDUs of PC/SC part 3 and by plain APDUs. */
export const PCSC_TECHNOLOGIES: readonly CardTechnology[] = [
  'mifare_classic_mini',
  'mifare_classic_1k',
  'mifare_classic_4k',
  'mifare_ultralight',
  'mifare_ultralight_c',
  'ntag213',
  'ntag215',
  'ntag216',
  'mifare_desfire',
  'iso14443_4',
];
