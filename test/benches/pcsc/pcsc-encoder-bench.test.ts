import { expect, test } from 'vitest';
import { makeCard } from './pcsc-encoder-bench.ts';

test.each([
  ['ev1', 0x01],
  ['ev2', 0x12],
  ['ev3', 0x33],
] as const)('a DESFire %s is the one that lies in the slot', async (generation, major) => {
  const card = makeCard({ technology: 'mifare_desfire', generation });
  // GetVersion, its first frame: the hardware's major version is its fourth byte.
  const answer = await card.transmit(Uint8Array.of(0x90, 0x60, 0x00, 0x00, 0x00));
  expect(answer[3]).toBe(major);
});
