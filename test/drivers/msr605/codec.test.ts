import { describe, expect, test } from 'vitest';
import type { AnswerKind } from '../../../drivers/msr605/codec/answer.ts';
import { AnswerReader } from '../../../drivers/msr605/codec/answer-reader.ts';
import { writeIso, writeRaw } from '../../../drivers/msr605/codec/block.ts';
import {
  COMMUNICATION_TEST,
  eraseTracks,
  GET_COERCIVITY,
  GET_FIRMWARE,
  GET_LEADING_ZEROS,
  GET_MODEL,
  RAM_TEST,
  READ_ISO,
  READ_RAW,
  RESET,
  SENSOR_TEST,
  setBitsPerCharacter,
  setBitsPerInch,
  setCoercivity,
  setLeadingZeros,
  showLights,
} from '../../../drivers/msr605/codec/command.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const data = (text: string) => ({ kind: 'data', bytes: ascii(text) });
const raw = (hex: string) => ({ kind: 'data', bytes: fromHex(hex) });
const EMPTY = { kind: 'empty' };
const UNREADABLE = { kind: 'unreadable' };

function read(kind: AnswerKind, ...pieces: readonly string[]) {
  const reader = new AnswerReader(kind);
  for (const piece of pieces) reader.push(fromHex(piece));
  return reader.answer;
}

describe('a command', () => {
  // MSR605 Programmer's Manual rev B, section 6.
  test.each([
    ['1B61', RESET],
    ['1B72', READ_ISO],
    ['1B6D', READ_RAW],
    ['1B65', COMMUNICATION_TEST],
    ['1B86', SENSOR_TEST],
    ['1B87', RAM_TEST],
    ['1B81', showLights('none')],
    ['1B82', showLights('all')],
    ['1B83', showLights('green')],
    ['1B84', showLights('yellow')],
    ['1B85', showLights('red')],
    ['1B7A3D16', setLeadingZeros({ tracks1And3: 61, track2: 22 })],
    ['1B6C', GET_LEADING_ZEROS],
    ['1B6300', eraseTracks([1])],
    ['1B6302', eraseTracks([2])],
    ['1B6304', eraseTracks([3])],
    ['1B6303', eraseTracks([1, 2])],
    ['1B6305', eraseTracks([3, 1])],
    ['1B6306', eraseTracks([2, 3])],
    ['1B6307', eraseTracks([1, 2, 3])],
    ['1B62A0', setBitsPerInch(1, 75)],
    ['1B62A1', setBitsPerInch(1, 210)],
    ['1B624B', setBitsPerInch(2, 75)],
    ['1B62D2', setBitsPerInch(2, 210)],
    ['1B62C0', setBitsPerInch(3, 75)],
    ['1B62C1', setBitsPerInch(3, 210)],
    ['1B6F070505', setBitsPerCharacter([7, 5, 5])],
    ['1B78', setCoercivity('high')],
    ['1B79', setCoercivity('low')],
    ['1B64', GET_COERCIVITY],
    ['1B74', GET_MODEL],
    ['1B76', GET_FIRMWARE],
    // Section 9.
    ['1B771B731B014142433132331B0231323334351B0331323334353F1C', writeIso(['ABC123', '12345', '12345'])],
    [
      '1B6E1B731B0108C5B07814954E3E2A1B02052B8849EAAF1B03052B8849EAAF3F1C',
      writeRaw([fromHex('C5B07814954E3E2A'), fromHex('2B8849EAAF'), fromHex('2B8849EAAF')]),
    ],
  ])('is %s', (hex, command) => {
    expect(toHex(command)).toBe(hex);
  });

  test('never erases nothing', () => {
    expect(() => eraseTracks([])).toThrow('no track');
  });

  test.each([
    ['more than a track holds', ['', '1'.repeat(38), '']],
    ['a sentinel on track 1', ['A?', '', '']],
    ['small letters', ['abc', '', '']],
    ['letters on track 2', ['', 'A', '']],
    ['what would end the block', ['', '', '\u001c']],
  ] as const)('to write %s is not made', (_what, texts) => {
    expect(() => writeIso(texts)).toThrow(/track [123]/);
  });

  test('to write raw has one byte for a length', () => {
    const empty = new Uint8Array(0);
    expect(() => writeRaw([empty, new Uint8Array(256), empty])).toThrow('256 raw bytes');
  });
});

describe('an answer', () => {
  const cases: readonly (readonly [AnswerKind, string, unknown])[] = [
    ['status', '1B30', 'ok'],
    ['status', '1B31', 'read_write_error'],
    ['status', '1B32', 'format_error'],
    ['status', '1B33', 'read_write_error'],
    ['status', '1B34', 'invalid_command'],
    ['status', '1B39', 'bad_swipe'],
    ['status', '1B41', 'refused'],
    ['communication_test', '1B79', true],
    ['coercivity', '1B48', 'high'],
    ['coercivity', '1B68', 'high'],
    ['coercivity', '1B4C', 'low'],
    ['coercivity', '1B6C', 'low'],
    ['model', '1B3353', '3'],
    ['firmware', '1B5245564837 2E3331', 'REVH7.31'],
    ['leading_zeros', '1B3D16', { tracks1And3: 61, track2: 22 }],
    // A number may look like ESC.
    ['leading_zeros', '1B1B1B', { tracks1And3: 27, track2: 27 }],
    ['bits_per_character', '1B30070505', [7, 5, 5]],
    ['bits_per_character', '1B41', 'refused'],
    [
      'iso_block',
      '1B731B01253031 3F1B023B32333F1B033B34353F3F1C1B30',
      { tracks: [data('%01?'), data(';23?'), data(';45?')], status: 'ok' },
    ],
    [
      'iso_block',
      '1B731B011B2B1B023B32333F1B031B2A3F1C1B31',
      { tracks: [EMPTY, data(';23?'), UNREADABLE], status: 'read_write_error' },
    ],
    // Section 7, note 2: a track without data is left out, or its header stands alone.
    ['iso_block', '1B731B011B023B32333F3F1C1B30', { tracks: [EMPTY, data(';23?'), EMPTY], status: 'ok' }],
    ['iso_block', '1B34', { tracks: [UNREADABLE, UNREADABLE, UNREADABLE], status: 'invalid_command' }],
    [
      'raw_block',
      '1B731B0100 1B0205 2B8849EAAF 1B0300 3F1C1B30',
      { tracks: [EMPTY, raw('2B8849EAAF'), EMPTY], status: 'ok' },
    ],
    // Everything that could be taken for the end, or for the next track, within the bits.
    [
      'raw_block',
      '1B731B0106 1B0205 3F1C1B 1B0204 1B301B79 1B0302 1B61 3F1C1B30',
      { tracks: [raw('1B02053F1C1B'), raw('1B301B79'), raw('1B61')], status: 'ok' },
    ],
  ];

  test.each(cases)('to %s, %s', (kind, hex, answer) => {
    expect(read(kind, hex)).toEqual(answer);
  });

  test.each(cases)('to %s, %s, is the same wherever it is cut', (kind, hex, answer) => {
    const bytes = toHex(fromHex(hex));
    for (let cut = 2; cut < bytes.length; cut += 2) {
      expect(read(kind, bytes.slice(0, cut))).toBeUndefined();
      expect(read(kind, bytes.slice(0, cut), bytes.slice(cut))).toEqual(answer);
    }
  });

  // Not ESC before what needs more bytes of any kind.
  test.each(cases.filter(([kind]) => kind !== 'leading_zeros'))(
    'to %s, %s, is found behind noise',
    (kind, hex, answer) => {
      const noises = ['00', 'FF80', '1B', '1B1B', '1B73', '3F1C'];
      // The begin of a raw block would count on bytes that never come.
      if (kind !== 'raw_block') noises.push('1B731B01', '1B731B013B3131');
      for (const noise of noises) expect(read(kind, noise, hex)).toEqual(answer);
    },
  );

  test.each([
    ['status', '1B79'],
    ['status', '1B2F'],
    ['status', '1BB0'],
    ['communication_test', '1B30'],
    ['coercivity', '1B30'],
    ['model', '1B3333'],
    ['firmware', '1B52455648372E33FF'],
    ['bits_per_character', '1B30070509'],
    ['bits_per_character', '1B30040505'],
    // Its end alone is not a card without data.
    ['iso_block', '1B30'],
    ['iso_block', '1B731B04253F3F1C1B30'],
    ['iso_block', '1B731B01253F1B01253F3F1C1B30'],
    ['iso_block', '1B731B01253F1C1C1B30'],
    ['iso_block', '1B731B01253F3F1C1B79'],
    ['raw_block', '1B731B0101AA1B020100FF1C1B30'],
    ['raw_block', '1B731B01001B01003F1C1B30'],
  ] as const)('to %s is not %s', (kind, hex) => {
    expect(read(kind, hex)).toBeUndefined();
  });

  test('is read once, and what follows belongs to nobody', () => {
    expect(read('status', '1B391B30')).toBe('bad_swipe');
    expect(read('status', '1B39', '1B30')).toBe('bad_swipe');
  });

  test('of a track without end is given up, and the next one read', () => {
    expect(read('iso_block', `1B731B01${'41'.repeat(300)}`, '1B731B023B313F3F1C1B30')).toMatchObject({
      tracks: [EMPTY, data(';1?'), EMPTY],
    });
  });
});
