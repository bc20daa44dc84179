import { z } from 'zod';
import {
  type BitRange,
  type CutBits,
  facilityAndNumber,
  parseWiegand,
  type WiegandBits,
  type WiegandFormat,
  type WrongParity,
} from './wiegand.ts';
import { WIEGAND_FORMATS } from './wiegand-formats.ts';

/** How a configuration says what Wiegand bits are, the same for every driver whose device sends them. */

/** What of a card becomes its number; `raw` is all bits, parity included, as one number. */
export const CARD_NUMBER_KINDS = ['facility_and_number', 'number', 'raw'] as const;

const MOST_BITS = 64;
const place = z
  .int()
  .min(0, 'Bits are counted from 0')
  .max(MOST_BITS - 1, 'Cards have at most 64 bits');
const range = z
  .tuple([place, place], 'Expected the first and the last bit, as [1, 8]')
  .refine(([first, last]) => first <= last, 'Expected the lesser bit first, as [1, 8]');

const customFormat = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'Expected lower case letters, digits and _, as site_40'),
    bits: z.int().min(1).max(MOST_BITS, 'Cards have at most 64 bits'),
    facility: range.nullable().default(null),
    number: range,
    /** `over`: the bits that are counted together with `bit`: single ones, and ranges as [1, 12]. */
    parity_bits: z
      .array(
        z.strictObject({
          bit: place,
          kind: z.enum(['even', 'odd']),
          over: z.array(z.union([place, range])).min(1),
        }),
      )
      .default([]),
  })
  .superRefine(({ bits, facility, number, parity_bits }, context) => {
    const beyond = [
      ...(facility ?? []),
      ...number,
      ...parity_bits.flatMap(({ bit, over }) => [bit, ...over.flat()]),
    ];
    const last = Math.max(...beyond);
    if (last >= bits) {
      context.addIssue({
        code: 'custom',
        message: `It names bit ${last}, and ${bits} bits are numbered 0 to ${bits - 1}`,
      });
    }
    const twice = parity_bits.find(({ bit, over }) => bitsOf(over).includes(bit));
    if (twice) {
      context.addIssue({
        code: 'custom',
        message: `Parity bit ${twice.bit} counts itself: leave it out of its "over"`,
      });
    }
  });

/** The keys of a driver's options; `checkWiegandOptions` goes with them. */
export const wiegandOptions = {
  card_number: z.enum(CARD_NUMBER_KINDS).default('facility_and_number'),
  /** Formats by name, in the order in which they are tried; custom formats that are not named are tried before. */
  formats: z.array(z.string()).default(WIEGAND_FORMATS.map(({ name }) => name)),
  custom_formats: z.array(customFormat).default([]),
};

const _object = z.strictObject(wiegandOptions);

export type WiegandOptions = z.infer<typeof _object>;

/** For `superRefine`: every format that is named is known, and no name stands for two. */
export function checkWiegandOptions(
  { formats, custom_formats }: WiegandOptions,
  context: z.core.$RefinementCtx,
): void {
  const known = [...WIEGAND_FORMATS, ...custom_formats].map(({ name }) => name);
  for (const [at, { name }] of custom_formats.entries()) {
    if (known.indexOf(name) === WIEGAND_FORMATS.length + at) continue;
    context.addIssue({
      code: 'custom',
      path: ['custom_formats', at, 'name'],
      message: `There is a format ${name} already: give this one another name`,
    });
  }
  for (const [at, name] of formats.entries()) {
    if (known.includes(name)) continue;
    context.addIssue({
      code: 'custom',
      path: ['formats', at],
      message: `There is no format ${name}: ${known.join(', ')}`,
    });
  }
}

/** What the options say, ready for use. */
export interface WiegandSettings {
  readonly cardNumber: (typeof CARD_NUMBER_KINDS)[number];
  /** In the order in which they are tried. */
  readonly formats: readonly WiegandFormat[];
}

export function wiegandSettings(options: WiegandOptions): WiegandSettings {
  const custom = options.custom_formats.map(customised);
  const known = [...WIEGAND_FORMATS, ...custom];
  const named = options.formats.flatMap((name) => known.filter((format) => format.name === name));
  return {
    cardNumber: options.card_number,
    formats: [...custom.filter((format) => !named.includes(format)), ...named],
  };
}

/** What number a card has. */
export type CardNumber =
  /** `format`: null where the bits are taken as one number, because the settings say so or no format has their length. */
  | { readonly kind: 'number'; readonly number: bigint; readonly format: string | null }
  | { readonly kind: 'parity_wrong'; readonly wrong: readonly WrongParity[] };

/** The number of a card. A length that no format has is `raw`: a uid of ISO/IEC 14443 has 32 or 56 bits, and no parity. */
export function cardNumberOf(bits: WiegandBits, settings: WiegandSettings, cut?: CutBits): CardNumber {
  const raw: CardNumber = { kind: 'number', number: bits.value, format: null };
  if (settings.cardNumber === 'raw') return raw;
  const reading = parseWiegand(bits, settings.formats, cut);
  if (reading.kind === 'unknown_length') return raw;
  if (reading.kind === 'parity_wrong') return reading;
  const number = settings.cardNumber === 'number' ? reading.number : facilityAndNumber(reading);
  return { kind: 'number', number, format: reading.format.name };
}

function customised({
  facility,
  number,
  parity_bits,
  ...format
}: WiegandOptions['custom_formats'][number]): WiegandFormat {
  return {
    ...format,
    facility: facility && ranged(facility),
    number: ranged(number),
    parities: parity_bits.map((parity) => ({ ...parity, over: bitsOf(parity.over) })),
  };
}

function ranged([first, last]: readonly [number, number]): BitRange {
  return { first, last };
}

function bitsOf(over: readonly (number | readonly [number, number])[]): number[] {
  const bits = over.flatMap((each) => {
    if (typeof each === 'number') return [each];
    const [first, last] = each;
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  return [...new Set(bits)];
}
