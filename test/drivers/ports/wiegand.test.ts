import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeWiegand,
  facilityAndNumber,
  parseWiegand,
  type WiegandBits,
  type WiegandReading,
  wiegandBits,
} from '../../../drivers/ports/wiegand.ts';
import { WIEGAND_FORMATS } from '../../../drivers/ports/wiegand-formats.ts';
import {
  PRINTED_LAYOUTS,
  type PrintedLayout,
  printedBits,
  printedCard,
} from '../../benches/pcprox/wiegand-card.ts';

/** The last `count` bits of what a Proxmark prints: before them stands how a card says its length. */
function rawBits(count: number, hex: string): WiegandBits {
  return { count, value: BigInt.asUintN(count, BigInt(`0x${hex}`)) };
}

function formatNamed(name: string) {
  const format = WIEGAND_FORMATS.find((each) => each.name === name);
  if (format === undefined) throw new Error(`there is no format ${name}`);
  return format;
}

/** Format, facility and number; or what is wrong. */
function gist(reading: WiegandReading): readonly unknown[] {
  if (reading.kind !== 'number') return [reading.kind];
  return [reading.format.name, reading.facility, reading.number];
}

describe('a card whose numbers are published is read as', () => {
  test.each([
    ['Proxmark3, help of lf hid sim', 26, '2006ec0c86', ['h10301', 118n, 1603n]],
    ['Proxmark3, command notes', 26, '200670012d', ['h10301', 56n, 150n]],
    ['Proxmark3, help of lf hid sim', 35, '2e0ec00c87', ['corporate_1000_35', 118n, 1603n]],
    ['Doppelgaenger Core, a row of its log', 35, '2D4A64FB8E', ['corporate_1000_35', 2643n, 163271n]],
    ['Proxmark3, help of lf hid sim', 48, '01400076000c86', ['corporate_1000_48', 118n, 1603n]],
    ['Proxmark3, lf hid decode', 37, '10001fc656', ['h10302', null, 1041195n]],
  ] as const)('%s: %i bits of %s', (_source, count, hex, expected) => {
    expect(gist(parseWiegand(rawBits(count, hex), WIEGAND_FORMATS))).toEqual(expected);
  });
  test('Proxmark3, lf hid decode: the same 37 bits with a facility code, where the site lists that format', () => {
    const reading = parseWiegand(rawBits(37, '10001fc656'), [formatNamed('h10304'), formatNamed('h10302')]);
    expect(gist(reading)).toEqual(['h10304', 1n, 516907n]);
  });
  test.each([
    ['Civintec CN56 manual, 6.4.2', 'h10301', '1 11010100 00011011 10000001 0', 0xd4n, 0x1b81n],
    ['Civintec CN56 manual, 6.4.5', 'h10306', '1 10001001 11010100 00011011 10000001 1', 0x89d4n, 0x1b81n],
    ['Hikvision Wiegand manual, p. 9', 'h10306', '1 01001001 10010110 00000010 11010010 0', 0x4996n, 0x02d2n],
  ] as const)('%s: %s', (_source, name, text, facility, number) => {
    const bits = wiegandBits(text.replaceAll(' ', ''));
    const reading = parseWiegand(bits, WIEGAND_FORMATS);
    expect(gist(reading)).toEqual([name, facility, number]);
    expect(encodeWiegand({ format: formatNamed(name), facility, number })).toEqual(bits);
  });
});

const layouts = fc.constantFrom(...PRINTED_LAYOUTS);

/** A layout with numbers that fit it. */
const printed = layouts.chain((layout) =>
  fc.record({
    layout: fc.constant(layout),
    facility: fc.bigInt(0n, 2n ** BigInt(printedBits(layout, 'F')) - 1n),
    number: fc.bigInt(0n, 2n ** BigInt(printedBits(layout, 'C')) - 1n),
  }),
);

function hasFacility(layout: PrintedLayout): boolean {
  return printedBits(layout, 'F') > 0;
}

describe('every format', () => {
  test('is known by the name of its printed layout', () => {
    expect(WIEGAND_FORMATS.map(({ name }) => name).toSorted()).toEqual(PRINTED_LAYOUTS.toSorted());
  });
  test('reads what a card made after its printed layout sends', () => {
    fc.assert(
      fc.property(printed, ({ layout, facility, number }) => {
        const bits = wiegandBits(printedCard(layout, facility, number));
        const reading = parseWiegand(bits, [formatNamed(layout)]);
        expect(gist(reading)).toEqual([layout, hasFacility(layout) ? facility : null, number]);
      }),
      { numRuns: 1_000 },
    );
  });
  test('sends the same bits as its printed layout', () => {
    fc.assert(
      fc.property(printed, ({ layout, facility, number }) => {
        const format = formatNamed(layout);
        const bits = encodeWiegand({ format, facility: hasFacility(layout) ? facility : null, number });
        expect(bits).toEqual(wiegandBits(printedCard(layout, facility, number)));
      }),
      { numRuns: 1_000 },
    );
  });
  test('notices every single bit that is turned', () => {
    fc.assert(
      fc.property(printed, ({ layout, facility, number }) => {
        const bits = wiegandBits(printedCard(layout, facility, number));
        for (let bit = 0; bit < bits.count; bit++) {
          const turned = { ...bits, value: bits.value ^ (1n << BigInt(bit)) };
          expect(parseWiegand(turned, [formatNamed(layout)]).kind).toBe('parity_wrong');
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('parity', () => {
  test('of an H10301 tells which of its bits does not hold', () => {
    const bits = wiegandBits(printedCard('h10301', 17n, 1234n));
    const wrongAfter = (turned: number) => {
      const reading = parseWiegand(
        { ...bits, value: bits.value ^ (1n << BigInt(25 - turned)) },
        WIEGAND_FORMATS,
      );
      return reading.kind === 'parity_wrong'
        ? reading.wrong.map(({ parityBits }) => parityBits)
        : reading.kind;
    };
    for (let bit = 0; bit <= 12; bit++) expect(wrongAfter(bit)).toEqual([[0]]);
    for (let bit = 13; bit <= 25; bit++) expect(wrongAfter(bit)).toEqual([[25]]);
  });
  test('that was cut off cannot be checked: a bit that is turned then gives another number', () => {
    const cut = { leading: 1, trailing: 1 };
    const kept = printedCard('h10301', 17n, 1234n).slice(1, -1);
    expect(gist(parseWiegand(wiegandBits(kept), WIEGAND_FORMATS, cut))).toEqual(['h10301', 17n, 1234n]);
    for (let bit = 0; bit < kept.length; bit++) {
      const turned = { count: 24, value: wiegandBits(kept).value ^ (1n << BigInt(bit)) };
      const reading = parseWiegand(turned, WIEGAND_FORMATS, cut);
      expect(gist(reading)).not.toEqual(['h10301', 17n, 1234n]);
      expect(reading.kind).toBe('number');
    }
  });
  test('is checked still where only others were cut off', () => {
    const card = printedCard('corporate_1000_35', 2643n, 163271n);
    const kept = wiegandBits(card.slice(1));
    const reading = parseWiegand(kept, WIEGAND_FORMATS, { leading: 1, trailing: 0 });
    expect(gist(reading)).toEqual(['corporate_1000_35', 2643n, 163271n]);
    const turned = parseWiegand({ ...kept, value: kept.value ^ 1n }, WIEGAND_FORMATS, {
      leading: 1,
      trailing: 0,
    });
    expect(turned.kind).toBe('parity_wrong');
  });
});

describe('bits', () => {
  test.each([25, 27, 32, 36, 56, 64])('of a length that no format has (%i) are no number', (count) => {
    expect(parseWiegand({ count, value: 1n }, WIEGAND_FORMATS)).toEqual({
      kind: 'unknown_length',
      bits: count,
    });
  });
  test('of which a field was cut off are of no format', () => {
    const reading = parseWiegand({ count: 16, value: 1n }, WIEGAND_FORMATS, { leading: 9, trailing: 1 });
    expect(reading).toEqual({ kind: 'unknown_length', bits: 26 });
  });
  test('are written as 0 and 1 only', () => {
    expect(wiegandBits('0101')).toEqual({ count: 4, value: 5n });
    for (const text of ['', '012', '0 1']) expect(() => wiegandBits(text)).toThrow(/0 and 1/);
  });
});

describe('facility and number', () => {
  test('stand one after the other, the number in all its digits', () => {
    const joined = (layout: PrintedLayout, facility: bigint | null, number: bigint) =>
      facilityAndNumber({ format: formatNamed(layout), facility, number });
    expect(joined('h10301', 17n, 1234n)).toBe(1701234n);
    expect(joined('h10301', 0n, 1234n)).toBe(1234n);
    expect(joined('h10301', 255n, 65535n)).toBe(25565535n);
    expect(joined('h10302', null, 34359738367n)).toBe(34359738367n);
    expect(joined('h10304', 65535n, 1n)).toBe(65535000001n);
    expect(joined('corporate_1000_48', 4194303n, 8388607n)).toBe(41943038388607n);
  });
  test('of one format are the same only for the same card', () => {
    fc.assert(
      fc.property(printed, printed, (one, other) => {
        if (one.layout !== other.layout || !hasFacility(one.layout)) return;
        const joined = ({ layout, facility, number }: typeof one) =>
          facilityAndNumber({ format: formatNamed(layout), facility, number });
        const isSame = one.facility === other.facility && one.number === other.number;
        expect(joined(one) === joined(other)).toBe(isSame);
      }),
    );
  });
  test('that do not fit their fields are refused', () => {
    const format = formatNamed('h10301');
    expect(() => encodeWiegand({ format, facility: 256n, number: 0n })).toThrow(
      /no room for 256 in bits 1 to 8/,
    );
    expect(() => encodeWiegand({ format, facility: 0n, number: 65536n })).toThrow(/bits 9 to 24/);
    expect(() => encodeWiegand({ format, facility: null, number: 0n })).toThrow(/has a facility code/);
  });
});
