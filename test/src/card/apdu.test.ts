import { expect, test } from 'vitest';
import {
  buildCommandApdu,
  describeStatus,
  parseCommandApdu,
  parseResponseApdu,
} from '../../../src/card/apdu.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';

/** The pseudo-APDUs of PC/SC part 3 as manuals of readers print them. */
const PRINTED = [
  { hex: 'FFCA000000', fields: { cla: 0xff, ins: 0xca, p1: 0, p2: 0, le: 256 } },
  {
    hex: 'FF82000006FFFFFFFFFFFF',
    fields: { cla: 0xff, ins: 0x82, p1: 0, p2: 0, data: fromHex('FFFFFFFFFFFF') },
  },
  {
    hex: 'FF860000050100046000',
    fields: { cla: 0xff, ins: 0x86, p1: 0, p2: 0, data: fromHex('0100046000') },
  },
  { hex: 'FFB0000410', fields: { cla: 0xff, ins: 0xb0, p1: 0, p2: 4, le: 16 } },
  {
    hex: 'FFD600050401020304',
    fields: { cla: 0xff, ins: 0xd6, p1: 0, p2: 5, data: fromHex('01020304') },
  },
  {
    hex: 'FFC2000002810000',
    fields: { cla: 0xff, ins: 0xc2, p1: 0, p2: 0, data: fromHex('8100'), le: 256 },
  },
  { hex: '00A40400', fields: { cla: 0x00, ins: 0xa4, p1: 4, p2: 0 } },
];

test.each(PRINTED)('$hex is built from its fields, and taken apart into them', ({ hex, fields }) => {
  expect(toHex(buildCommandApdu(fields))).toBe(hex);
  expect(parseCommandApdu(fromHex(hex))).toEqual(fields);
});

test.each(['', 'FFCA00', 'FF8200000601', 'FFD600050401020304FFFF', 'FFD6000500'.concat('00')])(
  '"%s" has lengths that do not fit',
  (hex) => {
    expect(parseCommandApdu(fromHex(hex))).toBeUndefined();
  },
);

test('a short APDU carries at most 255 bytes and asks for at most 256', () => {
  const command = { cla: 0, ins: 0, p1: 0, p2: 0 };
  expect(() => buildCommandApdu({ ...command, data: new Uint8Array(256) })).toThrow('not 256');
  expect(() => buildCommandApdu({ ...command, le: 257 })).toThrow('not 257');
  expect(() => buildCommandApdu({ ...command, le: 0 })).toThrow('not 0');
});

test('an answer is split into its data and its status word', () => {
  expect(parseResponseApdu(fromHex('04A2C39000'))).toEqual({ data: fromHex('04A2C3'), statusWord: 0x9000 });
  expect(parseResponseApdu(fromHex('6982'))).toEqual({ data: new Uint8Array(0), statusWord: 0x6982 });
});

test('an empty answer is a card that has left, one byte is against the protocol', () => {
  expect(() => parseResponseApdu(new Uint8Array(0))).toThrow(
    expect.objectContaining({ code: 'card_removed' }),
  );
  expect(() => parseResponseApdu(fromHex('90'))).toThrow(
    expect.objectContaining({ code: 'device_protocol' }),
  );
  expect(() => parseResponseApdu(new Uint8Array(0))).toThrow(EncoderError);
});

test('a status word is told in words, with its digits', () => {
  expect(describeStatus(0x6982)).toBe('6982 (not authenticated, or not allowed)');
  expect(describeStatus(0x6c10)).toBe('6C10 (wrong Le, 16 bytes are there)');
  expect(describeStatus(0x0123)).toBe('0123 (not in the manual)');
});
