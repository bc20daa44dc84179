import { describe, expect, test } from 'vitest';
import {
  ACK_FRAME,
  encodeFrame,
  FROM_CHIP,
  type Frame,
  FrameReader,
  MOST_FRAME_DATA,
  NACK_FRAME,
  TO_CHIP,
} from '../../../drivers/pn532/frame-codec.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

const read = (hex: string) => new FrameReader().push(fromHex(hex)).map(told);
const FIRMWARE = '0000FF06FAD50332010607E800';

/** A frame on one line. */
function told(frame: Frame): string {
  return frame.kind === 'data' || frame.kind === 'broken' ? `${frame.kind} ${toHex(frame.data)}` : frame.kind;
}

describe('encodeFrame', () => {
  // Commands and answers of UM0701-02, sections 6.2.1 and 7, each summed by hand.
  test.each([
    ['Diagnose, line test', TO_CHIP, 0x00, '00AABB', '0000FF05FBD40000AABBC700'],
    ['GetFirmwareVersion', TO_CHIP, 0x02, '', '0000FF02FED4022A00'],
    ['its answer', FROM_CHIP, 0x03, '32010607', FIRMWARE],
    ['WriteRegister', TO_CHIP, 0x08, '630280', '0000FF05FBD4086302803F00'],
    ['SetParameters', TO_CHIP, 0x12, '14', '0000FF03FDD412140600'],
    ['SAMConfiguration', TO_CHIP, 0x14, '010001', '0000FF05FBD4140100011600'],
    ['its answer', FROM_CHIP, 0x15, '', '0000FF02FED5151600'],
    ['RFConfiguration, retries', TO_CHIP, 0x32, '05FF0102', '0000FF06FAD43205FF0102F300'],
    ['InListPassiveTarget', TO_CHIP, 0x4a, '0100', '0000FF04FCD44A0100E100'],
    ['InDataExchange, read a block', TO_CHIP, 0x40, '013004', '0000FF05FBD440013004B700'],
    ['InRelease', TO_CHIP, 0x52, '00', '0000FF03FDD45200DA00'],
  ] as const)('%s', (_, direction, code, data, frame) => {
    expect(toHex(encodeFrame(direction, code, fromHex(data)))).toBe(frame);
    expect(read(frame)).toEqual([`data ${toHex(Uint8Array.of(direction, code))}${data}`]);
  });

  test('puts 255 bytes into a normal frame and 256 into an extended one', () => {
    const normal = encodeFrame(FROM_CHIP, 0x41, new Uint8Array(253));
    expect(toHex(normal.subarray(0, 7))).toBe('0000FFFF01D541');
    expect(normal.length).toBe(5 + 255 + 2);
    const extended = encodeFrame(FROM_CHIP, 0x41, new Uint8Array(254));
    expect(toHex(extended.subarray(0, 10))).toBe('0000FFFFFF0100FFD541');
    expect(extended.length).toBe(8 + 256 + 2);
  });

  test('holds 265 bytes and refuses one more', () => {
    const longest = new Uint8Array(MOST_FRAME_DATA - 2).fill(0xff);
    const frames = new FrameReader().push(encodeFrame(FROM_CHIP, 0x41, longest));
    expect(frames.map(told)).toEqual([`data D541${toHex(longest)}`]);
    expect(() => encodeFrame(FROM_CHIP, 0x41, new Uint8Array(MOST_FRAME_DATA - 1))).toThrow('265');
  });
});

describe('FrameReader', () => {
  test.each([
    ['ACK', '0000FF00FF00', ['ack']],
    ['NACK', '0000FFFF0000', ['nack']],
    ['the error frame', '0000FF01FF7F8100', ['syntax_error']],
    ['an ACK and its answer', `0000FF00FF00${FIRMWARE}`, ['ack', 'data D50332010607']],
    ['frames without zeros around them', '00FF00FF00FF02FED51516', ['ack', 'data D515']],
    [
      'frames with many zeros around them',
      `0000000000${FIRMWARE}0000000000FF00FF00`,
      ['data D50332010607', 'ack'],
    ],
    ['a short one in extended form', '0000FFFFFF0002FED5151600', ['data D515']],
    ['a frame after a wake-up', `5555000000000000${FIRMWARE}`, ['data D50332010607']],
    [
      'a frame that carries a frame, as one',
      '0000FF0AF6D5410000FF00FF000000EC00',
      ['data D5410000FF00FF000000'],
    ],
  ])('finds %s', (_, hex, frames) => {
    expect(read(hex)).toEqual(frames);
    const reader = new FrameReader();
    expect([...fromHex(hex)].flatMap((byte) => reader.push(Uint8Array.of(byte))).map(told)).toEqual(frames);
  });

  test.each([
    ['nothing', '', []],
    ['zeros', '000000000000', []],
    ['FFs', 'FFFFFFFFFF', []],
    ['a start code and nothing', '0000FF', []],
    ['a wrong check of the length', `0000FF06FBD50332010607E800${FIRMWARE}`, ['data D50332010607']],
    ['a wrong check of a long length', `0000FFFFFF0106F8D541${FIRMWARE}`, ['data D50332010607']],
    ['a length of nothing', `0000FF000000${FIRMWARE}`, ['data D50332010607']],
    ['a long length of nothing', `0000FFFFFF000000${FIRMWARE}`, ['data D50332010607']],
    ['a length beyond 265', `0000FFFFFF010AF5D541${FIRMWARE}`, ['data D50332010607']],
    ['the greatest length', `0000FFFFFFFFFF02D541${FIRMWARE}`, ['data D50332010607']],
    ['an unknown direction', `0000FF02FED6151500${FIRMWARE}`, ['data D50332010607']],
    ['an error frame with another code', `0000FF01FF7E8200${FIRMWARE}`, ['data D50332010607']],
    ['a wrong check of the data', `0000FF02FED5151700${FIRMWARE}`, ['broken D515', 'data D50332010607']],
    ['a changed byte of the data', `0000FF02FED5141600${FIRMWARE}`, ['broken D514', 'data D50332010607']],
    ['a start code right before a frame', `00FF${FIRMWARE}`, ['data D50332010607']],
    [
      'half a frame before a whole one',
      `0000FF06FAD503${FIRMWARE}0000FF00FF00`,
      ['broken D5030000FF06', 'data D50332010607', 'ack'],
    ],
    [
      'an ACK in half a frame',
      '0000FF08F8D5030000FF00FF000000FF00FF00',
      ['broken D5030000FF00FF00', 'ack', 'ack'],
    ],
  ])('passes over %s', (_, hex, frames) => {
    expect(read(hex)).toEqual(frames);
    const reader = new FrameReader();
    expect([...fromHex(hex)].flatMap((byte) => reader.push(Uint8Array.of(byte))).map(told)).toEqual(frames);
  });

  test('waits for the rest of a frame, and finds what is hidden in it when the rest does not come', () => {
    const reader = new FrameReader();
    const claimsMuch = fromHex('0000FFFF01D541');
    expect(reader.push(Uint8Array.of(...claimsMuch, ...ACK_FRAME, ...fromHex(FIRMWARE)))).toEqual([]);
    expect(reader.giveUp().map(told)).toEqual(['ack', 'data D50332010607']);
    expect(reader.giveUp()).toEqual([]);
    expect(reader.push(NACK_FRAME).map(told)).toEqual(['nack']);
  });

  test('gives copies: the bytes may be used again', () => {
    const bytes = fromHex(FIRMWARE);
    const frames = new FrameReader().push(bytes);
    bytes.fill(0);
    expect(frames.map(told)).toEqual(['data D50332010607']);
  });

  test('finds the same frames however the bytes are cut', () => {
    const all = fromHex(`55FF${FIRMWARE}0000FF02FED51517000000FF00FF00FF0000FFFFFF0002FED5151600`);
    const whole = new FrameReader().push(all).map(told);
    expect(whole).toEqual(['data D50332010607', 'broken D515', 'ack', 'data D515']);
    for (let first = 0; first <= all.length; first++) {
      for (let second = first; second <= all.length; second++) {
        const reader = new FrameReader();
        const pieces = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)];
        expect(pieces.flatMap((piece) => reader.push(piece)).map(told)).toEqual(whole);
      }
    }
  });
});
