import { describe, expect, test } from 'vitest';
import {
  decodeTrack,
  encodeTrack,
  fromRawRead,
  TRACK_1,
  TRACKS_2_AND_3,
  toRawWrite,
} from '../../../drivers/msr605/iso7811.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { readBits, trackBits } from '../../benches/msr605/stripe.ts';

const bitsFrom = (text: string) => Uint8Array.from(text.replaceAll(' ', ''), Number);

describe('the bits of a track', () => {
  // MSR605 Programmer's Manual rev B, section 9.
  test.each([
    ['ABC123', TRACK_1, 7, '456162235152131F2A'],
    ['ABC123', TRACK_1, 8, 'C5B07814954E3E2A'],
    ['12345', TRACKS_2_AND_3, 5, '0B01021304151F15'],
    ['12345', TRACKS_2_AND_3, 8, '2B8849EAAF'],
  ] as const)('of %s are those of the manual', (text, alphabet, bitsPerByte, hex) => {
    expect(toHex(toRawWrite(encodeTrack(text, alphabet), bitsPerByte))).toBe(hex);
  });

  test('are read as the manual draws them: the first bit is the highest of its character', () => {
    // `;` is 1101 0, `1` is 1000 0, `?` is 1111 1; the LRC 1010 1.
    const bits = fromRawRead(fromHex('1A101F'), 5);
    expect([...bits].join('')).toBe('110101000011111');
  });

  test.each([
    ['0', TRACKS_2_AND_3],
    ['', TRACKS_2_AND_3],
    ['0123456789:<=>', TRACKS_2_AND_3],
    ['', TRACK_1],
    [' !"#$&\'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_', TRACK_1],
  ] as const)('of "%s" say it again, with clock around them', (text, alphabet) => {
    const bits = Uint8Array.of(...new Uint8Array(61), ...encodeTrack(text, alphabet), ...new Uint8Array(9));
    expect(decodeTrack(bits, alphabet)).toEqual({ kind: 'data', text });
  });

  test('are the same as an encoder of other making writes and reads', () => {
    for (const [at, text] of ['B/7-X ^_', '98=76', '0001'].entries()) {
      const alphabet = at === 0 ? TRACK_1 : TRACKS_2_AND_3;
      expect(decodeTrack(bitsFrom(trackBits(text, at)), alphabet)).toEqual({ kind: 'data', text });
      expect(readBits([...encodeTrack(text, alphabet)].join(''), at)).toEqual({ text });
    }
  });

  test('are nothing where none is set', () => {
    expect(decodeTrack(new Uint8Array(0), TRACK_1)).toEqual({ kind: 'empty' });
    expect(decodeTrack(new Uint8Array(500), TRACK_1)).toEqual({ kind: 'empty' });
  });

  test('tell that any one of them is wrong', () => {
    const bits = encodeTrack('12345', TRACKS_2_AND_3);
    for (const at of bits.keys()) {
      const flipped = bits.with(at, bits[at] === 1 ? 0 : 1);
      expect(decodeTrack(flipped, TRACKS_2_AND_3).kind).toBe('unreadable');
    }
  });

  test('tell a character with wrong parity from a wrong LRC, and count the former', () => {
    const bits = encodeTrack('12345', TRACKS_2_AND_3);
    const flip = (...places: readonly number[]) =>
      bits.map((bit, at) => (places.includes(at) ? 1 - bit : bit));
    expect(decodeTrack(flip(5), TRACKS_2_AND_3)).toEqual({
      kind: 'unreadable',
      why: 'parity',
      parityErrors: 1,
    });
    expect(decodeTrack(flip(5, 10), TRACKS_2_AND_3)).toMatchObject({ parityErrors: 2 });
    // Two bits of one character: its parity is right, and the LRC is not.
    expect(decodeTrack(flip(5, 6), TRACKS_2_AND_3)).toMatchObject({ why: 'lrc', parityErrors: 0 });
    expect(decodeTrack(bits.subarray(0, -6), TRACKS_2_AND_3)).toMatchObject({ why: 'no_end' });
    expect(decodeTrack(bitsFrom('11111 10000'), TRACKS_2_AND_3)).toMatchObject({ why: 'no_start' });
  });

  test('of a character that the alphabet lacks are not made', () => {
    expect(() => encodeTrack('a', TRACK_1)).toThrow('cannot hold');
    expect(() => encodeTrack('A', TRACKS_2_AND_3)).toThrow('cannot hold');
  });
});
