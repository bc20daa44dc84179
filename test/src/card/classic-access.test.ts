import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AccessCondition,
  accessOfTrailer,
  decodeAccessBits,
  encodeAccessBits,
  isKeyBReadable,
  type SectorAccess,
} from '../../../src/card/classic-access.ts';
import { accessGroupOf, isTrailer, sectorOf, trailerOf } from '../../../src/card/classic-geometry.ts';
import { fromHex, toHex } from '../../../src/card/hex.ts';

const CONDITIONS: readonly AccessCondition[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Every one of the 4,096 ways to set up a sector. */
function everySectorAccess(): SectorAccess[] {
  return CONDITIONS.flatMap((first) =>
    CONDITIONS.flatMap((second) =>
      CONDITIONS.flatMap((third) =>
        CONDITIONS.map((trailer): SectorAccess => [first, second, third, trailer]),
      ),
    ),
  );
}

describe('access bits', () => {
  test.each([
    { of: 'the transport configuration', access: [0, 0, 0, 0b001], hex: 'FF0780' },
    { of: 'a MAD sector', access: [0b100, 0b100, 0b100, 0b011], hex: '787788' },
    { of: 'an NDEF sector', access: [0, 0, 0, 0b011], hex: '7F0788' },
  ] as const)('of $of are $hex', ({ access, hex }) => {
    expect(toHex(encodeAccessBits(access))).toBe(hex);
    expect(decodeAccessBits(fromHex(hex))).toEqual(access);
  });

  test('come back from every encoding, and no two encodings are alike', () => {
    const encodings = everySectorAccess().map((access) => {
      const bytes = encodeAccessBits(access);
      expect(decodeAccessBits(bytes)).toEqual(access);
      return toHex(bytes);
    });
    expect(new Set(encodings).size).toBe(4096);
  });

  test('with any one bit turned contradict themselves', () => {
    for (const access of everySectorAccess()) {
      for (let bit = 0; bit < 24; bit++) {
        const bytes = encodeAccessBits(access);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeAccessBits(bytes)).toBeUndefined();
      }
    }
  });

  test('are read from a whole trailer, and from nothing shorter', () => {
    expect(accessOfTrailer(fromHex('FFFFFFFFFFFF FF0780 69 FFFFFFFFFFFF'))).toEqual([0, 0, 0, 1]);
    expect(accessOfTrailer(fromHex('FFFFFFFFFFFF 000000 69 FFFFFFFFFFFF'))).toBeUndefined();
    expect(accessOfTrailer(fromHex('FF0780'))).toBeUndefined();
    expect(decodeAccessBits(fromHex('FF07'))).toBeUndefined();
  });
});

describe('any three bytes', () => {
  const threeBytes = fc.uint8Array({ minLength: 3, maxLength: 3 });

  test('are either contradicting access bits, or those that their meaning is written with', () => {
    fc.assert(
      fc.property(threeBytes, (bytes) => {
        const access = decodeAccessBits(bytes);
        if (access !== undefined) expect(encodeAccessBits(access)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('in a trailer are read in the same way, whatever the keys around them', () => {
    const key = fc.uint8Array({ minLength: 6, maxLength: 6 });
    const access = fc.tuple(...CONDITIONS.slice(0, 4).map(() => fc.constantFrom(...CONDITIONS)));
    fc.assert(
      fc.property(
        key,
        fc.oneof(threeBytes, access.map(bitsOf)),
        fc.integer({ min: 0, max: 255 }),
        key,
        (a, bits, gpb, b) => {
          expect(accessOfTrailer(Uint8Array.of(...a, ...bits, gpb, ...b))).toEqual(decodeAccessBits(bits));
        },
      ),
    );
  });
});

function bitsOf([first = 0, second = 0, third = 0, trailer = 0]: readonly AccessCondition[]): Uint8Array {
  return encodeAccessBits([first, second, third, trailer]);
}

test('key B can be read in conditions 000, 001 and 010 alone', () => {
  expect(CONDITIONS.filter(isKeyBReadable)).toEqual([0b000, 0b001, 0b010]);
});

describe('the blocks of a 4K', () => {
  test.each([
    { block: 0, sector: 0, trailer: 3, group: 0 },
    { block: 7, sector: 1, trailer: 7, group: 3 },
    { block: 62, sector: 15, trailer: 63, group: 2 },
    { block: 127, sector: 31, trailer: 127, group: 3 },
    { block: 128, sector: 32, trailer: 143, group: 0 },
    { block: 132, sector: 32, trailer: 143, group: 0 },
    { block: 133, sector: 32, trailer: 143, group: 1 },
    { block: 142, sector: 32, trailer: 143, group: 2 },
    { block: 255, sector: 39, trailer: 255, group: 3 },
  ])('$block is in sector $sector, governed by group $group', ({ block, sector, trailer, group }) => {
    expect(sectorOf(block)).toBe(sector);
    expect(trailerOf(sector)).toBe(trailer);
    expect(accessGroupOf(block)).toBe(group);
  });

  test('have 40 trailers among them', () => {
    const blocks = Array.from({ length: 256 }, (_, block) => block);
    expect(blocks.filter(isTrailer)).toHaveLength(40);
    expect(new Set(blocks.map(sectorOf)).size).toBe(40);
  });
});
