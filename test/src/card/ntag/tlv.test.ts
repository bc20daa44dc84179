import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { controlTlvBytes, findNdefTlv, ndefTlv } from '../../../../src/card/ntag/tlv.ts';

describe('the NDEF TLV', () => {
  test.each([
    { where: 'first', hex: '0300FE', is: { at: 0, lengthAt: 1, valueAt: 2, length: 0 } },
    {
      where: 'behind lock control',
      hex: '0103A00C340300FE',
      is: { at: 5, lengthAt: 6, valueAt: 7, length: 0 },
    },
    {
      where: 'behind nulls and memory control',
      hex: '00000203AABBCC0301D0FE',
      is: { at: 7, lengthAt: 8, valueAt: 9, length: 1 },
    },
    {
      where: 'behind a proprietary one',
      hex: 'FD02030303 01D0FE',
      is: { at: 4, lengthAt: 5, valueAt: 6, length: 1 },
    },
    {
      where: 'behind a long proprietary one',
      hex: `FDFF0100${'03'.repeat(256)}0302D000FE`,
      is: { at: 260, lengthAt: 261, valueAt: 262, length: 2 },
    },
    {
      where: 'with three bytes of length',
      hex: '03FF0102',
      is: { at: 0, lengthAt: 1, valueAt: 4, length: 258 },
    },
  ])('is found $where', ({ hex, is }) => {
    expect(findNdefTlv(fromHex(hex))).toEqual(is);
  });

  test.each(['', '00000000', 'FE0300', '03', '03FF01', 'FD', 'FDFF', 'FD100300'])('is not in "%s"', (hex) => {
    expect(findNdefTlv(fromHex(hex))).toBeUndefined();
  });

  test('is found where it was put, whatever the message, and nothing throws on other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 254 }), (message) => {
        const tlv = ndefTlv(message);
        expect(findNdefTlv(tlv)).toEqual({ at: 0, lengthAt: 1, valueAt: 2, length: message.length });
        expect(tlv.at(-1)).toBe(0xfe);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        findNdefTlv(bytes);
        expect(controlTlvBytes(bytes)).toBeLessThanOrEqual(bytes.length);
      }),
    );
    expect(() => ndefTlv(new Uint8Array(255))).toThrow('longer length');
  });

  test.each([
    { hex: '0103A00C340300FE', bytes: 5 },
    { hex: '0103A00C340203AABBCC0300FE', bytes: 10 },
    { hex: '000103A00C340300', bytes: 0 },
    { hex: '0102A00C', bytes: 0 },
    { hex: '0103A00C', bytes: 0 },
  ])('$hex begins with $bytes bytes of control TLVs', ({ hex, bytes }) => {
    expect(controlTlvBytes(fromHex(hex))).toBe(bytes);
  });

  test('of an empty message is 03 00 FE', () => {
    expect(toHex(ndefTlv(new Uint8Array(0)))).toBe('0300FE');
  });
});
