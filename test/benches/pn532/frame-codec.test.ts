import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/card/hex.ts';
import { ACK_FRAME, encodeFrame, FrameReader, NACK_FRAME } from './frame-codec.ts';

// Frames as libnfc sends them, and as UM0701-02 shows them in section 6.2.1.
test.each([
  ['D402', '0000FF02FED4022A00'],
  ['D41401', '0000FF03FDD414011700'],
  ['D44A0100', '0000FF04FCD44A0100E100'],
])('frames carry %s as %s', (data, frame) => {
  expect(toHex(encodeFrame(fromHex(data)))).toBe(frame);
  expect(new FrameReader().push(fromHex(frame))).toEqual([{ kind: 'data', data: fromHex(data) }]);
});

test('more than 255 bytes go into an extended frame, and come out of it', () => {
  const data = Uint8Array.from({ length: 262 }, (_, at) => at);
  const frame = encodeFrame(data);
  expect(toHex(frame.slice(0, 8))).toBe('0000FFFFFF0106F9');
  expect(new FrameReader().push(frame)).toEqual([{ kind: 'data', data }]);
});

test('frames are found in any pieces, one after another, after a wake-up', () => {
  const wakeUp = fromHex('5555000000000000000000000000');
  const bytes = Uint8Array.of(
    ...wakeUp,
    ...encodeFrame(fromHex('D402')),
    ...ACK_FRAME,
    ...NACK_FRAME,
    ...encodeFrame(fromHex('D4FF00FF')),
  );
  const whole = new FrameReader().push(bytes);
  expect(whole.map(({ kind }) => kind)).toEqual(['data', 'ack', 'nack', 'data']);
  const reader = new FrameReader();
  expect([...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte)))).toEqual(whole);
});

test('a frame with a wrong checksum is broken, and the next one is not', () => {
  const broken = fromHex('0000FF02FED4022B00');
  const short = fromHex('0000FF02FFD4022A00');
  const good = encodeFrame(fromHex('D402'));
  const kinds = (bytes: Uint8Array) => new FrameReader().push(bytes).map(({ kind }) => kind);
  expect(kinds(Uint8Array.of(...broken, ...good))).toEqual(['broken', 'data']);
  expect(kinds(Uint8Array.of(...short, ...good))).toEqual(['broken', 'data']);
});
