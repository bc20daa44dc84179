import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { wiegandBits } from '../../../drivers/ports/wiegand.ts';
import {
  cardNumberOf,
  checkWiegandOptions,
  wiegandOptions,
  wiegandSettings,
} from '../../../drivers/ports/wiegand-options.ts';
import { printedCard } from '../../benches/pcprox/wiegand-card.ts';

const schema = z.strictObject(wiegandOptions).superRefine(checkWiegandOptions);

/** 40 bits: 12 of facility, 26 of number, a parity at either end. */
const SITE_40 = {
  name: 'site_40',
  bits: 40,
  facility: [1, 12],
  number: [13, 38],
  parity_bits: [
    { bit: 0, kind: 'even', over: [[1, 19], 20] },
    { bit: 39, kind: 'odd', over: [[20, 38]] },
  ],
};

function settingsOf(options: unknown) {
  return wiegandSettings(schema.parse(options));
}

function numberOf(text: string, options: unknown) {
  const found = cardNumberOf(wiegandBits(text), settingsOf(options));
  return found.kind === 'number' ? [found.number, found.format] : [found.kind];
}

function complaintsOf(options: unknown): string[] {
  const { error } = schema.safeParse(options);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('without a word of configuration', () => {
  test('all published formats are tried, and facility and number are the card number', () => {
    expect(settingsOf({}).formats.map(({ name }) => name)).toEqual([
      'h10301',
      'h10306',
      'corporate_1000_35',
      'h10302',
      'h10304',
      'corporate_1000_48',
    ]);
    expect(numberOf(printedCard('h10301', 17n, 1234n), {})).toEqual([1701234n, 'h10301']);
    expect(numberOf(printedCard('h10304', 17n, 1234n), {})).toEqual([(17n << 19n) | 1234n, 'h10302']);
  });
  test('a length that no format has is one number', () => {
    expect(numberOf('10100001101100101100001111010100', {})).toEqual([0xa1b2c3d4n, null]);
  });
  test('a card whose parity is wrong has no number', () => {
    expect(numberOf(`1${printedCard('h10301', 17n, 1234n).slice(1)}`, {})).toEqual(['parity_wrong']);
  });
  test('the options come out of themselves unchanged, as a driver host reads them again', () => {
    const once = schema.parse({ custom_formats: [SITE_40] });
    expect(schema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });
});

describe('the configuration says', () => {
  test('what of a card is its number', () => {
    const card = printedCard('h10301', 17n, 1234n);
    expect(numberOf(card, { card_number: 'number' })).toEqual([1234n, 'h10301']);
    expect(numberOf(card, { card_number: 'raw' })).toEqual([BigInt(`0b${card}`), null]);
  });
  test('which of two formats of one length a card is', () => {
    const card = printedCard('h10304', 17n, 1234n);
    expect(numberOf(card, { formats: ['h10304'] })).toEqual([17001234n, 'h10304']);
    expect(numberOf(card, { formats: ['h10304', 'h10302'] })).toEqual([17001234n, 'h10304']);
  });
  test('a format of the site', () => {
    const data = `${'000000010001'}${(1234).toString(2).padStart(26, '0')}`;
    const even = [...data.slice(0, 20)].filter((bit) => bit === '1').length % 2;
    const odd = ([...data.slice(19)].filter((bit) => bit === '1').length + 1) % 2;
    const card = `${even}${data}${odd}`;
    expect(numberOf(card, { custom_formats: [SITE_40] })).toEqual([1700001234n, 'site_40']);
    expect(numberOf(`${1 - even}${data}${odd}`, { custom_formats: [SITE_40] })).toEqual(['parity_wrong']);
    expect(numberOf(`${even}${data}${1 - odd}`, { custom_formats: [SITE_40] })).toEqual(['parity_wrong']);
  });
  test('a format of the site that is tried before all others, unless it stands in the list', () => {
    const own = { name: 'own_26', bits: 26, number: [1, 24] };
    const card = printedCard('h10301', 17n, 1234n);
    expect(numberOf(card, { custom_formats: [own] })).toEqual([(17n << 16n) | 1234n, 'own_26']);
    const listed = { custom_formats: [own], formats: ['h10301', 'own_26'] };
    expect(numberOf(card, listed)).toEqual([1701234n, 'h10301']);
    expect(numberOf(`1${card.slice(1)}`, listed)).toEqual([(17n << 16n) | 1234n, 'own_26']);
  });
});

describe('a mistake in the configuration is told:', () => {
  test.each([
    [{ formats: ['h10309'] }, /^formats\.0: There is no format h10309: h10301, /],
    [
      { custom_formats: [{ ...SITE_40, name: 'h10301' }] },
      /custom_formats\.0\.name: There is a format h10301/,
    ],
    [{ custom_formats: [SITE_40, SITE_40] }, /custom_formats\.1\.name: There is a format site_40/],
    [{ custom_formats: [{ ...SITE_40, bits: 38 }] }, /names bit 39, and 38 bits are numbered 0 to 37/],
    [{ custom_formats: [{ ...SITE_40, bits: 65 }] }, /at most 64 bits/],
    [{ custom_formats: [{ ...SITE_40, number: [38, 13] }] }, /the lesser bit first/],
    [{ custom_formats: [{ ...SITE_40, number: [13] }] }, /the first and the last bit, as \[1, 8\]/],
    [{ custom_formats: [{ ...SITE_40, name: 'Site 40' }] }, /lower case letters/],
    [
      { custom_formats: [{ ...SITE_40, parity_bits: [{ bit: 0, kind: 'even', over: [[0, 12]] }] }] },
      /Parity bit 0 counts itself/,
    ],
    [{ card_number: 'site' }, /^card_number: .*"facility_and_number"\|"number"\|"raw"/],
    [{ card_numbers: 'raw' }, /card_numbers/],
  ])('%j', (options, complaint) => {
    expect(complaintsOf(options).join('\n')).toMatch(complaint);
  });
});
