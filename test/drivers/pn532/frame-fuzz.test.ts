import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  ACK_FRAME,
  encodeFrame,
  FROM_CHIP,
  type Frame,
  FrameReader,
  NACK_FRAME,
} from '../../../drivers/pn532/frame-codec.ts';
import { toHex } from '../../../src/card/hex.ts';
import { encodeFrame as encodeOther, FrameReader as OtherReader } from '../../benches/pn532/frame-codec.ts';

const INPUTS = process.env['CI'] === 'true' ? 1_000_000 : 30_000;
/** How much more may be in use after all inputs than after a tenth of them. */
const FLAT_BYTES = 2 * 1024 * 1024;

/** Numbers below `limit` that are the same in every run (mulberry32). */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Random bytes, bytes that frames are made of, or frames that were cut, spoiled, doubled or joined. */
function input(below: (limit: number) => number): Uint8Array {
  const bytes = (length: number) => Uint8Array.from({ length }, () => below(256));
  const likely = [0x00, 0x00, 0xff, 0xff, 0xd5, 0x01, 0x02, 0xfe, 0x7f];
  const frame = () =>
    [
      ACK_FRAME,
      NACK_FRAME,
      encodeFrame(FROM_CHIP, below(256), bytes(below(12) === 0 ? below(264) : below(24))),
    ][Math.min(2, below(8))] ?? ACK_FRAME;
  switch (below(6)) {
    case 0:
      return bytes(below(64));
    case 1:
      return Uint8Array.from({ length: below(48) }, () => likely[below(likely.length)] ?? 0);
    case 2:
      return frame().slice(0, 1 + below(12));
    case 3: {
      const spoiled = frame().slice();
      spoiled[below(spoiled.length)] = below(256);
      return spoiled;
    }
    case 4: {
      const [one, other] = [frame(), frame()];
      return Uint8Array.of(...one.subarray(0, below(one.length)), ...other);
    }
    default:
      return frame();
  }
}

const collect = (() => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return () => {
    if (typeof gc === 'function') gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
})();

test(`${INPUTS} random and mutated inputs: no crash, no hang, memory flat`, () => {
  const below = numbersFrom(532);
  const reader = new FrameReader();
  let frames = 0;
  let early = 0;
  for (let at = 0; at < INPUTS; at++) {
    frames += reader.push(input(below)).length;
    if (at === INPUTS / 10) early = collect();
  }
  expect(frames).toBeGreaterThan(INPUTS / 10);
  expect(collect() - early).toBeLessThan(FLAT_BYTES);
});

test('a valid frame is found after any noise, at the latest after a pause', () => {
  const below = numbersFrom(7816);
  for (let at = 0; at < INPUTS / 10; at++) {
    const noise = input(below);
    const data = Uint8Array.from({ length: 1 + below(30) }, () => below(256));
    const sought = encodeFrame(FROM_CHIP, 0x41, data);
    const isSought = (frame: Frame) => frame.kind === 'data' && same(frame.data.subarray(2), data);

    const reader = new FrameReader();
    const inNoise = new Set([...reader.push(noise), ...reader.giveUp()].map(told));
    expect(reader.push(sought).some(isSought)).toBe(true);

    const joined = new FrameReader();
    const found = [...joined.push(noise), ...joined.push(sought), ...joined.giveUp()];
    // The noise may end with the head of a frame whose checks happen to fit the bytes that follow it.
    const isTakenByNoise = found.some((frame) => frame.kind === 'data' && !inNoise.has(told(frame)));
    expect(found.some(isSought) || isTakenByNoise).toBe(true);
  }
});

test('two codecs that share no code read each other', () => {
  const below = numbersFrom(6201);
  for (let at = 0; at < 2_000; at++) {
    const data = Uint8Array.from({ length: below(5) === 0 ? below(264) : below(20) }, () => below(256));
    const own = encodeFrame(FROM_CHIP, 0x41, data);
    const carried = Uint8Array.of(FROM_CHIP, 0x41, ...data);
    expect(own).toEqual(encodeOther(carried));
    expect(new OtherReader().push(own)).toEqual([{ kind: 'data', data: carried }]);
    expect(new FrameReader().push(encodeOther(carried))).toEqual([{ kind: 'data', data: carried }]);
  }
});

function told(frame: Frame): string {
  return frame.kind === 'data' ? toHex(frame.data) : frame.kind;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => other[at] === byte);
}
