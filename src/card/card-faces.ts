import type { CardTechnology } from '../model/card.ts';
import type { CardLink, ClassicLink, IsoDepLink, UltralightLink } from './link.ts';

/** How a reader makes the faces of a link. */
export interface FaceMakers {
  readonly classic: () => ClassicLink;
  readonly ultralight: () => UltralightLink;
  readonly isoDep: () => IsoDepLink;
}

/** Kinds of card that a reader which passes on native commands can tell, and of which more than the number can be used. */
export const NATIVE_TECHNOLOGIES: readonly CardTechnology[] = [
  'mifare_classic_mini',
  'mifare_classic_1k',
  'mifare_classic_4k',
  'mifare_ultralight',
  'mifare_ultralight_ev1_48',
  'mifare_ultralight_ev1_128',
  'ntag213',
  'ntag215',
  'ntag216',
  'mifare_desfire',
  'iso14443_4',
];

/** The faces that a card of this kind has. */
export function cardFaces(technology: CardTechnology, make: FaceMakers): CardLink {
  switch (technology) {
    case 'mifare_classic_mini':
    case 'mifare_classic_1k':
    case 'mifare_classic_4k':
      return { classic: make.classic() };
    case 'mifare_ultralight':
    case 'mifare_ultralight_c':
    case 'mifare_ultralight_ev1_48':
    case 'mifare_ultralight_ev1_128':
    case 'ntag213':
    case 'ntag215':
    case 'ntag216':
      return { ultralight: make.ultralight() };
    case 'mifare_desfire':
    case 'iso14443_4':
      return { isoDep: make.isoDep() };
    case 'magnetic_stripe':
    case 'proximity':
    case 'uid_only':
      return {};
  }
}
