import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applicationOf,
  decodeDirectory,
  emptyDirectory,
  encodeDirectory,
  madCrc,
  madGeneralPurposeByte,
  madPartOf,
  madVersion,
  OUR_APPLICATION,
  withApplication,
} from '../../../../src/card/classic/mad.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';

const parts = fc.constantFrom('MAD1' as const, 'MAD2' as const);

function directoryOf(part: 'MAD1' | 'MAD2') {
  const length = emptyDirectory(part).applications.length;
  return fc.record({
    info: fc.integer({ min: 0, max: 0x3f }),
    applications: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: length, maxLength: length }),
  });
}

describe('the check byte of a directory', () => {
  test('is 89 in the example of AN10787', () => {
    const checked =
      '01 01 08 01 08 01 08 00 00 00 00 00 00 04 00 03 10 03 10 02 10 02 10 00 00 00 00 00 00 11 30';
    expect(madCrc(fromHex(checked))).toBe(0x89);
    const { directory, isIntact } = decodeDirectory('MAD1', fromHex(`89${checked}`));
    expect(isIntact).toBe(true);
    expect(directory.info).toBe(1);
    expect(applicationOf('MAD1', directory, 1)).toBe(0x0108);
    expect(applicationOf('MAD1', directory, 15)).toBe(0x1130);
  });

  test('is 14 for a 1K whose sectors are all NDEF', () => {
    const directory = { info: 1, applications: emptyDirectory('MAD1').applications.map(() => 0x03e1) };
    expect(toHex(encodeDirectory(directory)).slice(0, 8)).toBe('140103E1');
  });

  test('does not fit any more when one bit is turned', () => {
    fc.assert(
      fc.property(
        parts.chain((part) => fc.tuple(fc.constant(part), directoryOf(part), fc.nat())),
        ([part, directory, at]) => {
          const bytes = encodeDirectory(directory);
          const bit = at % (bytes.length * 8);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(decodeDirectory(part, bytes).isIntact).toBe(false);
        },
      ),
    );
  });
});

describe('a directory', () => {
  test('comes back from its bytes', () => {
    fc.assert(
      fc.property(
        parts.chain((part) => fc.tuple(fc.constant(part), directoryOf(part))),
        ([part, directory]) => {
          const bytes = encodeDirectory(directory);
          expect(bytes).toHaveLength(part === 'MAD1' ? 32 : 48);
          expect(decodeDirectory(part, bytes)).toEqual({ directory, isIntact: true });
        },
      ),
    );
  });

  test('changes for the sectors that are given away, and for no other', () => {
    const sectors = fc.uniqueArray(fc.integer({ min: 1, max: 39 }).filter((sector) => sector !== 16));
    fc.assert(
      fc.property(
        sectors,
        parts.chain((part) => fc.tuple(fc.constant(part), directoryOf(part))),
        (given, [part, before]) => {
          const after = withApplication(part, before, given, OUR_APPLICATION);
          for (let sector = 1; sector <= 39; sector++) {
            if (madPartOf(sector) !== part) continue;
            const expected = given.includes(sector) ? OUR_APPLICATION : applicationOf(part, before, sector);
            expect(applicationOf(part, after, sector)).toBe(expected);
          }
        },
      ),
    );
  });

  test('names sectors 1 to 15 and 17 to 39, and lies in 0 and 16', () => {
    expect([0, 1, 15, 16, 17, 39].map(madPartOf)).toEqual([
      undefined,
      'MAD1',
      'MAD1',
      undefined,
      'MAD2',
      'MAD2',
    ]);
    expect(() => applicationOf('MAD1', emptyDirectory('MAD1'), 16)).toThrow('does not name sector 16');
    expect(() => decodeDirectory('MAD2', new Uint8Array(32))).toThrow('48 bytes');
  });

  test('is announced by C1 or C2, and by no byte without the greatest bit', () => {
    expect([1, 2].map((version) => madGeneralPurposeByte(version === 1 ? 1 : 2))).toEqual([0xc1, 0xc2]);
    expect([0x69, 0x00, 0x40, 0x81, 0xc1, 0xc2].map(madVersion)).toEqual([
      ...[undefined, undefined, undefined],
      ...[1, 1, 2],
    ]);
  });
});
