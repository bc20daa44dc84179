import { describe, expect, test } from 'vitest';
import { crc16, SIMPLE_PROTOCOL_PRESET, withCrc16, withoutCrc16 } from '../../../drivers/twn4/codec/crc16.ts';
import { type Incoming, LONGEST_MESSAGE_BYTES } from '../../../drivers/twn4/codec/frame-reader.ts';
import { framingOf, MODES, type Mode } from '../../../drivers/twn4/codec/framing.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { answerFrame } from '../../benches/twn4/reader-frames.ts';

const text = (line: string) => Uint8Array.from(Buffer.from(line, 'latin1'));
const GET_USB_TYPE = fromHex('0005');
const CDC = fromHex('0001');

/** The maker's reference messages for GetUSBType: the command, and the answer that the reader is on CDC. */
const REFERENCE: readonly (readonly [Mode, command: Uint8Array, answer: Uint8Array])[] = [
  ['ascii', text('0005\r'), text('0001\r')],
  ['ascii_crc', text('000515A7\r'), text('000131E1\r')],
  ['binary', fromHex('02 00 00 05'), fromHex('02 00 00 01')],
  ['binary_crc', fromHex('04 00 00 05 15 A7'), fromHex('04 00 00 01 31 E1')],
];

const message = (bytes: string): Incoming => ({ kind: 'message', message: fromHex(bytes) });
const nonsense = (bytes: number): Incoming => ({ kind: 'nonsense', bytes });

function read(mode: Mode, ...pieces: readonly Uint8Array[]): Incoming[] {
  const reader = framingOf(mode).reader();
  return pieces.flatMap((piece) => reader.push(piece));
}

describe('the CRC', () => {
  test.each([
    ['the check value of CRC-16/MCRF4XX', text('123456789'), SIMPLE_PROTOCOL_PRESET, 0x6f91],
    ['a SearchTag', fromHex('05 00 28'), SIMPLE_PROTOCOL_PRESET, 0xadc4],
    // ISO/IEC 14443-3, annex B: 00 00 gives A0 1E, 12 34 gives 26 CF.
    ['CRC_A of 00 00', fromHex('0000'), 0x6363, 0x1ea0],
    ['CRC_A of 12 34', fromHex('1234'), 0x6363, 0xcf26],
  ])('is right for %s', (_, bytes, preset, crc) => {
    expect(crc16(bytes, preset)).toBe(crc);
  });
  test('is sent least significant byte first, and taken off again', () => {
    const sent = withCrc16(fromHex('05 00 28'), SIMPLE_PROTOCOL_PRESET);
    expect(toHex(sent)).toBe('050028C4AD');
    expect(withoutCrc16(sent, SIMPLE_PROTOCOL_PRESET)).toEqual(fromHex('05 00 28'));
  });
  test('that is wrong, or of nothing, is told', () => {
    expect(withoutCrc16(fromHex('050028C4AE'), SIMPLE_PROTOCOL_PRESET)).toBeUndefined();
    expect(withoutCrc16(fromHex('FFFF'), SIMPLE_PROTOCOL_PRESET)).toBeUndefined();
  });
});

describe.each(REFERENCE)('in mode %s', (mode, command, answer) => {
  test('a command is what the maker says', () => {
    expect(framingOf(mode).encode(GET_USB_TYPE)).toEqual(command);
  });
  test('an answer is read, in one piece and cut anywhere', () => {
    expect(read(mode, answer)).toEqual([{ kind: 'message', message: CDC }]);
    for (let at = 1; at < answer.length; at++) {
      expect(read(mode, answer.subarray(0, at), answer.subarray(at))).toEqual([
        { kind: 'message', message: CDC },
      ]);
    }
  });
  test('answers that come together are told apart', () => {
    expect(read(mode, Uint8Array.of(...answer, ...answer))).toEqual([message('0001'), message('0001')]);
  });
  test('the simulated reader sends the same', () => {
    expect(answerFrame(mode, [...CDC])).toEqual(answer);
  });
  test('half a message that was forgotten does not spoil the next one', () => {
    const reader = framingOf(mode).reader();
    expect(reader.push(answer.subarray(0, 3))).toEqual([]);
    reader.reset();
    expect(reader.push(answer)).toEqual([message('0001')]);
  });
  test('the longest message is read', () => {
    const longest = Uint8Array.from({ length: LONGEST_MESSAGE_BYTES - 2 }, (_, at) =>
      at === 0 ? 0 : at % 256,
    );
    expect(read(mode, framingOf(mode).encode(longest))).toEqual([{ kind: 'message', message: longest }]);
  });
});

describe('a line', () => {
  test.each([
    ['in lower case', '00018038', '00018038\r'.toLowerCase()],
    ['with a line feed at its end', '0001', '0001\r\n'],
    ['that a line feed alone ends', '0001', '0001\n'],
    ['after empty ones', '0001', '\r\n\r\r0001\r'],
  ])('%s is read', (_, bytes, line) => {
    expect(read('ascii', text(line))).toEqual([message(bytes)]);
  });
  test.each([
    ['with half a byte', '000\r', 3],
    ['with another character', '00G1\r', 4],
    ['with a space', '00 01\r', 5],
    ['of another character than ASCII', '\xb001\r', 3],
    ['that is too long', `${'00'.repeat(LONGEST_MESSAGE_BYTES + 1)}\r`, 2 * (LONGEST_MESSAGE_BYTES + 1)],
  ])('%s is nonsense, and the next one is read', (_, line, bytes) => {
    expect(read('ascii', text(line), text('0001\r'))).toEqual([nonsense(bytes), message('0001')]);
  });
  test.each([
    ['no CRC', '0001\r', 4],
    ['a wrong CRC', '000131E2\r', 8],
    ['nothing but a CRC', 'FFFF\r', 4],
  ])('with %s is nonsense where there must be one', (_, line, bytes) => {
    expect(read('ascii_crc', text(line))).toEqual([nonsense(bytes)]);
  });
  test('with a CRC is found behind noise, digits too', () => {
    expect(read('ascii_crc', text('?\x00F000131E1\r'))).toEqual([message('0001')]);
  });
  test('without a CRC is not guessed at behind noise', () => {
    expect(read('ascii', text('?0001\r'))).toEqual([nonsense(5)]);
  });
});

describe('a message with a length', () => {
  test.each([
    ['binary', '00 00', '02 00 00 01', 2],
    ['binary', 'FF FF FF', '02 00 00 01', 3],
    // A length that is right, and a status that there is not.
    ['binary', '01 00 07', '02 00 00 01', 3],
    ['binary_crc', '00 00 02 00', '04 00 00 01 31 E1', 4],
    ['binary_crc', '04 00 00 01 31 E2', '04 00 00 01 31 E1', 6],
    ['binary_crc', '01 04', '04 00 00 01 31 E1', 2],
  ] as const)('in mode %s is found behind %s', (mode, noise, frame, dropped) => {
    const reader = framingOf(mode).reader();
    const found = [...reader.push(fromHex(noise)), ...reader.push(fromHex(frame)), ...reader.giveUp()];
    expect(found.filter(({ kind }) => kind === 'message')).toEqual([message('0001')]);
    const lost = found.flatMap((incoming) => (incoming.kind === 'nonsense' ? [incoming.bytes] : []));
    expect(lost.reduce((sum, bytes) => sum + bytes, 0)).toBe(dropped);
  });
  test('is found behind noise that looked like the beginning of a longer one, once that does not go on', () => {
    const reader = framingOf('binary_crc').reader();
    expect(reader.push(fromHex('20 00 04 00 00 01 31 E1'))).toEqual([]);
    expect(reader.giveUp()).toEqual([nonsense(2), message('0001')]);
    expect(reader.push(fromHex('04 00 00 01 31 E1'))).toEqual([message('0001')]);
  });
  test('without a CRC is not guessed at', () => {
    const reader = framingOf('binary').reader();
    expect(reader.push(fromHex('20 00 02 00 00 01'))).toEqual([]);
    expect(reader.giveUp()).toEqual([]);
  });
});

test('every mode has a framing of its own', () => {
  expect(new Set(MODES.map((mode) => toHex(framingOf(mode).encode(GET_USB_TYPE)))).size).toBe(4);
});
