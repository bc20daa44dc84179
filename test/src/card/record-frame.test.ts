import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { FRAME_HEADER_BYTES, frameRecord, unframeRecord } from '../../../src/card/record-frame.ts';

test('a frame is ED, its version, the length and the record', () => {
  expect(toHex(frameRecord(fromHex('C0FFEE')))).toBe('45440103C0FFEE');
});

test('a record of any length up to 255 comes back out of a frame, whatever lies behind it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), fc.uint8Array(), (record, rest) => {
      const framed = frameRecord(record);
      expect(framed.length).toBe(record.length + FRAME_HEADER_BYTES);
      expect(unframeRecord(Uint8Array.of(...framed, ...rest))).toEqual(record);
    }),
  );
});

test.each([
  ['nothing', ''],
  ['zeros, as from the factory', '00000000000000000000000000000000'],
  ['the beginning of a frame', '454401'],
  ['an empty frame', '45440100FFFF'],
  ['a frame with a byte missing', '45440103C0FF'],
  ['a frame of another version', '45440203C0FFEE'],
  ['a frame that begins later', '0045440103C0FFEE'],
])('there is no record in %s', (_, hex) => {
  expect(unframeRecord(fromHex(hex))).toBeUndefined();
});

test('a record that the length cannot tell is not framed', () => {
  expect(() => frameRecord(new Uint8Array(0))).toThrow('1 to 255 bytes, not 0');
  expect(() => frameRecord(new Uint8Array(256))).toThrow('1 to 255 bytes, not 256');
});
