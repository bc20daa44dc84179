import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import {
  CREDENTIAL_TYPE,
  credentialPayload,
  decodeMessage,
  describeMessage,
  encodeExternalMessage,
} from '../../../src/card/ndef.ts';

const ascii = (text: string) => toHex(Buffer.from(text, 'latin1'));
const TYPE = ascii('encoderd.dev:c');

describe('a message', () => {
  test('of one external record has a head of three bytes and its type', () => {
    expect(toHex(encodeExternalMessage(CREDENTIAL_TYPE, fromHex('A1B2')))).toBe(`D40E02${TYPE}A1B2`);
  });

  test('has a length of four bytes from 256 on', () => {
    const at = (length: number) => toHex(encodeExternalMessage('a:b', new Uint8Array(length)).subarray(0, 9));
    expect(at(255)).toBe(`D403FF${ascii('a:b')}000000`);
    expect(at(256)).toBe(`C40300000100${ascii('a:b')}`);
  });

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (payload) => {
        const message = encodeExternalMessage(CREDENTIAL_TYPE, payload);
        const records = decodeMessage(message);
        expect(records).toEqual([{ tnf: 4, isChunk: false, type: CREDENTIAL_TYPE, payload }]);
        expect(credentialPayload(records)).toEqual(payload);
        for (const end of [0, 1, 2, message.length - 1]) {
          expect(decodeMessage(message.subarray(0, end))).toEqual([]);
        }
      }),
    );
  });

  test('of any bytes, or with any byte changed, is taken apart without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const { payload } of decodeMessage(bytes))
          expect(payload.length).toBeLessThanOrEqual(bytes.length);
        describeMessage(decodeMessage(bytes));
      }),
    );
    const message = encodeExternalMessage(CREDENTIAL_TYPE, new Uint8Array(40));
    fc.assert(
      fc.property(fc.nat(message.length - 1), fc.nat(255), (at, byte) => {
        decodeMessage(message.map((old, index) => (index === at ? byte : old)));
      }),
    );
  });

  test('may have records of others before and after, ids too, and upper case in its type', () => {
    const message = fromHex(
      [
        `9101 0B 55 01 ${ascii('example.co')}`,
        `1C 0E 02 01 ${ascii('ENCODERD.dev:C')} 99 A1B2`,
        '500000',
      ].join(''),
    );
    const records = decodeMessage(message);
    expect(records.map(({ type }) => type)).toEqual(['U', 'ENCODERD.dev:C', '']);
    expect(credentialPayload(records)).toEqual(fromHex('A1B2'));
  });

  test.each([
    { what: 'a chunk', hex: `F40E02${TYPE}A1B2` },
    { what: 'another kind of type', hex: `D20E02${TYPE}A1B2` },
    { what: 'another type', hex: `D40302${ascii('a:b')}A1B2` },
    { what: 'a first record that does not say so', hex: `540E02${TYPE}A1B2` },
    { what: 'a length past the end', hex: `D40E03${TYPE}A1B2` },
    { what: 'nothing', hex: '' },
  ])('of $what carries no credential', ({ hex }) => {
    expect(credentialPayload(decodeMessage(fromHex(hex)))).toBeUndefined();
  });

  /** Messages of NFC Forum RTD URI (appendix A) and RTD Text (appendix A), and others as phones write them. */
  test.each([
    { hex: 'D1010855016E66632E636F6D', is: 'a web address' },
    { hex: 'D1010D55052B3335383931323334353637', is: 'an address' },
    { hex: 'D1010954 02656E 68656C6C6F21', is: 'a text' },
    { hex: 'D102055370 D101015504', is: 'a smart poster' },
    { hex: `D20A01${ascii('text/vcard')}00`, is: 'data of type text/vcard' },
    { hex: `D40F01${ascii('android.com:pkg')}00`, is: 'a record of type android.com:pkg' },
    { hex: 'D00000', is: 'empty' },
    { hex: 'D4010007', is: 'a record of type ?' },
    { hex: 'FF', is: 'it follows no standard' },
  ])('$hex is described as $is', ({ hex, is }) => {
    expect(describeMessage(decodeMessage(fromHex(hex)))).toBe(is);
  });
});
