import { describe, expect, test } from 'vitest';
import {
  ASK,
  askReport,
  bitCount,
  cardBits,
  cutBits,
  dataOf,
  deviceInfo,
  finishReport,
  litPage,
  PAGE,
  putReports,
  silentPage,
  timedPage,
  typesKeystrokes,
} from '../../../drivers/pcprox/codec.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';
import { printedCard } from '../../benches/pcprox/wiegand-card.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function codeThrownBy(doing: () => unknown): string {
  try {
    doing();
  } catch (error) {
    if (error instanceof EncoderError) return error.code;
    throw error;
  }
  return 'nothing';
}

describe('a report to the reader', () => {
  test('is a 0 for its id, the command and seven zeros', () => {
    expect(askReport(ASK.deviceInfo)).toEqual(bytes('00 8A 00 00 00 00 00 00 00'));
    expect(askReport(ASK.cardData)).toEqual(bytes('00 8F 00 00 00 00 00 00 00'));
    expect(askReport(ASK.bitCount)).toEqual(bytes('00 8E 00 00 00 00 00 00 00'));
    expect(askReport(PAGE.lights)).toEqual(bytes('00 82 00 00 00 00 00 00 00'));
  });
  test('that puts a page is its command, and then the page', () => {
    expect(putReports(PAGE.timing, bytes('01 02 03 04 05 06 07 08'))).toEqual([
      bytes('00 81 00 00 00 00 00 00 00'),
      bytes('00 01 02 03 04 05 06 07 08'),
    ]);
  });
  test('that ends putting saves nothing', () => {
    expect(finishReport()).toEqual(bytes('00 90 00 00 00 00 00 00 00'));
  });
});

describe('a report from the reader', () => {
  test('has its id and 8 bytes, or it is none', () => {
    expect(dataOf(bytes('00 01 02 03 04 05 06 07 08'))).toEqual(bytes('01 02 03 04 05 06 07 08'));
    for (const text of ['', '00', '01 02 03 04 05 06 07 08', '00 01 02 03 04 05 06 07 08 09'])
      expect(codeThrownBy(() => dataOf(bytes(text)))).toBe('device_protocol');
    expect(codeThrownBy(() => dataOf(bytes('01 01 02 03 04 05 06 07 08')))).toBe('device_protocol');
  });
  test('says which firmware it is: 7.3.0 of the reader that the protocol was found on', () => {
    expect(deviceInfo(bytes('00 00 30 07 00 04 F1 00'))).toEqual({ firmware: '7.3.0', deviceType: 0xf104 });
    expect(deviceInfo(bytes('00 00 1B 0C 00 00 00 00'))).toEqual({ firmware: '12.1.11', deviceType: 0 });
    expect(deviceInfo(new Uint8Array(8))).toBeNull();
  });
  test('says how many bits there are, twice', () => {
    expect(bitCount(bytes('1A 1A 00 00 00 00 00 00'))).toBe(26);
    expect(bitCount(new Uint8Array(8))).toBe(0);
    expect(codeThrownBy(() => bitCount(bytes('1A 18 00 00 00 00 00 00')))).toBe('device_protocol');
  });
  test('has the bits of a card, the last sent in bit 0 of the first byte, and no others', () => {
    const card = printedCard('h10301', 17n, 1234n);
    const little = [0, 8, 16, 24].map((shift) => (Number.parseInt(card, 2) >>> shift) & 0xff);
    const data = Uint8Array.from([...little, 0xff, 0xff, 0xff, 0xff]);
    data[3] = (data[3] ?? 0) | 0xfc;
    expect(cardBits(data, 26)).toEqual({ count: 26, value: BigInt(`0b${card}`) });
  });
  test('has an H10301 without its parities as the protocol has it: the number in two bytes, the facility in one', () => {
    expect(cardBits(bytes('D2 04 11 00 00 00 00 00'), 24)).toEqual({
      count: 24,
      value: (17n << 16n) | 1234n,
    });
  });
  test('holds 64 bits', () => {
    expect(cardBits(bytes('08 07 06 05 04 03 02 E0'), 64)).toEqual({ count: 64, value: 0xe002030405060708n });
  });
});

describe('a page', () => {
  const found = bytes('03 05 21 10 1A 00 28 0D');
  test('of an RDR-6081AKU cuts off as many bits as its halves say', () => {
    expect(cutBits(found)).toEqual({ leading: 1, trailing: 2 });
  });
  test('is made silent and whole, and nothing else of it changes', () => {
    const silent = silentPage(found);
    expect(silent).toEqual(bytes('03 05 00 10 1A 00 28 8D'));
    expect([typesKeystrokes(found), typesKeystrokes(silent)]).toEqual([true, false]);
    expect(found).toEqual(bytes('03 05 21 10 1A 00 28 0D'));
  });
  test.each([
    [768, 0x15, 0x10, 0x08],
    [768, 0x03, 0x10, 0x03],
    [400, 0xff, 0x08, 0x04],
    [5_000, 0x15, 0x68, 0x15],
  ])(
    'that holds a card for %i ms and overlooks the next for %i steps says %i and %i',
    (holdMs, lockOut, hold, less) => {
      const timed = timedPage(Uint8Array.of(9, 9, 9, lockOut, 9, 9, 9, 9), holdMs);
      expect(timed).toEqual(Uint8Array.of(9, 9, hold, less, 9, 9, 9, 9));
    },
  );
  test('puts one light on, and leaves beeper, relay and what is typed alone', () => {
    const lights = bytes('0D 50 01 02 03 04 05 06');
    expect(litPage(lights, 'green')).toEqual(bytes('0E 52 01 02 03 04 05 06'));
    expect(litPage(lights, 'red')).toEqual(bytes('0D 52 01 02 03 04 05 06'));
  });
});
