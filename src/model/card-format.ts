import type { CardTechnology } from './card.ts';

/** How a credential may be put on a card, by name, as the configuration lists them. */
export const CARD_FORMATS = ['mifare_desfire', 'mifare_classic', 'ntag', 'magstripe', 'uid_only'] as const;

export type CardFormat = (typeof CARD_FORMATS)[number];

/** A format as a site uses it. */
export type FormatSettings =
  /** An NDEF external record (docs/card-formats/ntag.md). */
  | {
      readonly format: 'ntag';
      /** Whether writing needs the site's password afterwards. Ignored by cards without PWD_AUTH and readers that cannot pass it on. */
      readonly isPasswordProtected: boolean;
    }
  | {
      readonly format: 'mifare_classic';
      /** The sectors that carry the record, in order; 1 to 39, without 16 when `hasDirectory`. */
      readonly sectors: readonly number[];
      /** Whether the card's directory (MAD, NXP AN10787) names the sectors. */
      readonly hasDirectory: boolean;
    }
  | {
      readonly format: 'mifare_desfire';
      /** 1 to 0xFFFFFF. */
      readonly applicationId: number;
      /** Whether the card's own master key (PICC) stays as it is, or becomes the site's. */
      readonly piccMasterKey: 'leave' | 'own';
    }
  /** A token on a magnetic stripe (docs/card-formats/magstripe.md). */
  | { readonly format: 'magstripe'; readonly layout: StripeLayout }
  | { readonly format: 'uid_only' };

/** What is on tracks 1, 2 and 3: a template each (src/model/stripe-layout.ts), or null for a track that is left alone. */
export type StripeLayout = readonly [track1: string | null, track2: string | null, track3: string | null];

const FITTING: Readonly<Record<CardFormat, readonly CardTechnology[] | 'every card'>> = {
  mifare_desfire: ['mifare_desfire'],
  mifare_classic: ['mifare_classic_1k', 'mifare_classic_4k'],
  ntag: [
    'ntag213',
    'ntag215',
    'ntag216',
    'mifare_ultralight',
    'mifare_ultralight_c',
    'mifare_ultralight_ev1_48',
    'mifare_ultralight_ev1_128',
  ],
  magstripe: ['magnetic_stripe'],
  uid_only: 'every card',
};

/** The first of the formats that fits this kind of card; undefined: none does. What the card itself then says is final: no other format is tried. */
export function formatFor(
  technology: CardTechnology,
  formats: readonly FormatSettings[],
): FormatSettings | undefined {
  return formats.find(({ format }) => {
    const fitting = FITTING[format];
    return fitting === 'every card' || fitting.includes(technology);
  });
}
