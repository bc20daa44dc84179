import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readFoundTag } from '../../../drivers/twn4/codec/found-tag.ts';
import type { Incoming } from '../../../drivers/twn4/codec/frame-reader.ts';
import { framingOf, MODES, type Mode } from '../../../drivers/twn4/codec/framing.ts';
import { takeAnswer } from '../../../drivers/twn4/codec/status.ts';
import { readVersion } from '../../../drivers/twn4/codec/version.ts';
import { EncoderError } from '../../../src/encoder/errors.ts';

const INPUTS = process.env['CI'] === 'true' ? 1_000_000 : 30_000;
const TIMEOUT_MS = 300_000;
/** What may be held more after all inputs than after a tenth of them. */
const MORE_BYTES = 4_000_000;
const LONGEST_INPUT = 48;

/** Numbers that look random and are the same each time (mulberry32): from 0 to below `limit`. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** A message, whole or with something wrong; or bytes at random. */
function input(mode: Mode, roll: (limit: number) => number): Uint8Array {
  const random = Uint8Array.from({ length: roll(LONGEST_INPUT) }, () => roll(256));
  if (roll(3) === 0) return random;
  const frame = framingOf(mode).encode(Uint8Array.of(roll(8), ...random));
  switch (roll(5)) {
    case 0:
      return frame;
    case 1:
      return frame.map((byte) => (roll(16) === 0 ? byte ^ (1 << roll(8)) : byte));
    case 2:
      return frame.subarray(0, roll(frame.length + 1));
    case 3:
      return frame.subarray(roll(frame.length + 1));
    default:
      return Uint8Array.of(...random.subarray(0, roll(8)), ...frame);
  }
}

/** Everything that is made of a message before it is believed. */
function use(incoming: Incoming): void {
  if (incoming.kind === 'nonsense') return;
  readVersion(incoming.message);
  try {
    readFoundTag(takeAnswer(incoming.message, 'search'));
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
  }
}

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe.each(MODES)('the reader of %s', (mode) => {
  test(`takes ${INPUTS.toLocaleString('en')} random and mutated inputs, and holds no more after them`, {
    timeout: TIMEOUT_MS,
  }, () => {
    const roll = dice(0x7e04);
    const reader = framingOf(mode).reader();
    let bytes = 0;
    let accounted = 0;
    let messages = 0;
    let before = 0;
    for (let count = 0; count < INPUTS; count++) {
      if (count === INPUTS / 10) before = heldBytes();
      const piece = input(mode, roll);
      bytes += piece.length;
      const found = roll(50) === 0 ? [...reader.push(piece), ...reader.giveUp()] : reader.push(piece);
      for (const incoming of found) {
        use(incoming);
        accounted += incoming.kind === 'nonsense' ? incoming.bytes : incoming.message.length;
        messages += incoming.kind === 'message' ? 1 : 0;
      }
      if (roll(1_000) === 0) reader.reset();
    }
    expect(heldBytes() - before).toBeLessThan(MORE_BYTES);
    // It neither invents bytes nor swallows the whole messages among them.
    expect(accounted).toBeLessThanOrEqual(bytes);
    expect(messages).toBeGreaterThan(INPUTS / 20);
  });

  test('holds no more of a message that never ends', () => {
    const reader = framingOf(mode).reader();
    const endless = mode.startsWith('ascii')
      ? new Uint8Array(4_096).fill(0x30)
      : new Uint8Array(4_096).fill(0x01);
    reader.push(endless);
    const before = heldBytes();
    for (let count = 0; count < (mode.startsWith('ascii') ? 500 : 100); count++) reader.push(endless);
    expect(heldBytes() - before).toBeLessThan(MORE_BYTES);
  });

  test('finds the same in a stream, however it is cut', () => {
    const roll = dice(0x2b17);
    for (let round = 0; round < 300; round++) {
      const stream = Uint8Array.from({ length: 1 + roll(4) }, () => 0).reduce<number[]>(
        (all) => [...all, ...input(mode, roll)],
        [],
      );
      const whole = pooled(framingOf(mode).reader().push(Uint8Array.from(stream)));
      const reader = framingOf(mode).reader();
      const pieces: Incoming[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = at + 1 + roll(7);
        pieces.push(...reader.push(Uint8Array.from(stream.slice(at, end))));
        at = end;
      }
      expect(pooled(pieces)).toEqual(whole);
    }
  });
});

/** Nonsense in a row as one. */
function pooled(found: readonly Incoming[]): Incoming[] {
  const all: Incoming[] = [];
  for (const incoming of found) {
    const last = all.at(-1);
    if (incoming.kind === 'nonsense' && last?.kind === 'nonsense') {
      all.splice(-1, 1, { kind: 'nonsense', bytes: last.bytes + incoming.bytes });
    } else all.push(incoming);
  }
  return all;
}
