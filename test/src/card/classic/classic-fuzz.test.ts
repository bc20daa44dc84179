import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classicProgram } from '../../../../src/card/classic/classic-program.ts';
import { decodePreimage } from '../../../../src/card/classic/preimage.ts';
import type { AccessCondition, SectorAccess } from '../../../../src/card/classic-access.ts';
import { classicKey } from '../../../../src/card/diversification.ts';
import { toHex } from '../../../../src/card/hex.ts';
import type { CardLink } from '../../../../src/card/link.ts';
import { EncoderError } from '../../../../src/encoder/errors.ts';
import { siteKeyVersion } from '../site-key-version.ts';
import { BLANK, previousImage, ROTATED, recordImage, TestCard, UID, workOn } from './classic-card.ts';

const OWNERS = ['factory', 'site 1', 'site 2', 'directory', 'unknown'] as const;
type Owner = (typeof OWNERS)[number];
const condition = fc.constantFrom<AccessCondition>(0, 1, 2, 3, 4, 5, 6, 7);

const data = { data: fc.uint8Array({ minLength: 48, maxLength: 48 }), isEmpty: fc.boolean() };

function sectorWith(
  keys: readonly (readonly [Owner, Owner])[],
  access: fc.Arbitrary<SectorAccess>,
  ...gpb: readonly number[]
) {
  return fc.record({ keys: fc.constantFrom(...keys), access, gpb: fc.constantFrom(...gpb), ...data });
}

/** A sector in any state: mostly one that can be met, sometimes one that cannot. */
const anySector = fc.oneof(
  {
    weight: 6,
    arbitrary: sectorWith([['factory', 'factory']], fc.constant<SectorAccess>([0, 0, 0, 1]), 0x69),
  },
  {
    weight: 6,
    arbitrary: sectorWith(
      [
        ['site 1', 'site 1'],
        ['site 2', 'site 2'],
      ],
      fc.constant<SectorAccess>([4, 4, 4, 3]),
      0x00,
    ),
  },
  {
    weight: 2,
    arbitrary: sectorWith(
      [
        ['factory', 'factory'],
        ['site 1', 'site 1'],
        ['site 2', 'site 1'],
        ['unknown', 'site 2'],
      ],
      fc.tuple(
        fc.constantFrom<AccessCondition>(0, 3, 4, 6),
        fc.constantFrom<AccessCondition>(0, 3, 4, 6),
        fc.constantFrom<AccessCondition>(0, 3, 4, 6),
        fc.constant<AccessCondition>(3),
      ),
      0x69,
      0x40,
    ),
  },
  {
    weight: 1,
    arbitrary: sectorWith(
      OWNERS.flatMap((a) => OWNERS.map((b) => [a, b] as const)),
      fc.tuple(condition, condition, condition, condition),
      ...[0x69, 0x00, 0xc1, 0xc2],
    ),
  },
);

const directorySector = fc.oneof(
  { weight: 2, arbitrary: anySector },
  {
    weight: 1,
    arbitrary: sectorWith(
      [
        ['directory', 'factory'],
        ['directory', 'site 1'],
        ['directory', 'site 2'],
        ['directory', 'unknown'],
      ],
      fc.constant<SectorAccess>([4, 4, 4, 3]),
      0xc1,
      0x69,
    ),
  },
);

const anyCard = fc.record({
  sectors: fc.tuple(directorySector, anySector, anySector, anySector),
  hasDirectory: fc.boolean(),
});

function keyHex(of: Owner, use: 'read' | 'write', sector: number): string {
  switch (of) {
    case 'factory':
      return 'FFFFFFFFFFFF';
    case 'directory':
      return 'A0A1A2A3A4A5';
    case 'unknown':
      return '112233445566';
    case 'site 1':
    case 'site 2':
      return toHex(classicKey(siteKeyVersion(of === 'site 1' ? 1 : 2), UID, use, sector));
  }
}

test('a card in any state is either written as wanted and put back again, or refused and not changed', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(anyCard, async ({ sectors, hasDirectory }) => {
      const desk = { keys: ROTATED, settings: { hasDirectory } };
      const card = new TestCard();
      for (const [
        sector,
        {
          keys: [keyA, keyB],
          access,
          gpb,
          data,
          isEmpty,
        },
      ] of sectors.entries()) {
        card.setTrailer(
          sector,
          keyHex(keyA, 'read', sector),
          access,
          gpb.toString(16).padStart(2, '0'),
          keyHex(keyB, 'write', sector),
        );
        if (!isEmpty)
          card.memory.set(sector === 0 ? data.subarray(16) : data, sector * 64 + (sector === 0 ? 16 : 0));
      }
      const before = toHex(card.memory);
      const { content, preimage } = await card.inspect(desk);
      expect(toHex(card.memory)).toBe(before);
      if (content.kind === 'locked') {
        for (const image of [recordImage(), BLANK]) {
          await expect(card.write(image, desk)).rejects.toMatchObject({ code: 'card_refused' });
        }
        expect(toHex(card.memory)).toBe(before);
        return;
      }
      written += 1;
      await card.write(recordImage(), desk);
      expect(await card.inspect(desk)).toMatchObject({
        content: { kind: 'record', standing: 'authentic' },
        keyVersion: 2,
      });
      const finished = toHex(card.memory);
      await card.write(previousImage(preimage), desk);
      expect((await card.inspect(desk)).content).toEqual(content);
      await card.write(recordImage(), desk);
      expect(toHex(card.memory)).toBe(finished);
    }),
    { numRuns: 400 },
  );
  expect(written).toBeGreaterThan(40);
});

test('a reader that answers anything ends in an answer or an error with a code', async () => {
  const refused = () => Promise.reject(new EncoderError('card_refused', 'no'));
  const answer = fc.oneof(
    fc.constant('refused' as const),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.constant(new Uint8Array(16)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.boolean()),
      fc.infiniteStream(answer),
      fc.boolean(),
      async (opens, reads, hasDirectory) => {
        const link: CardLink = {
          classic: {
            authenticate: async () => {
              if (!opens.next().value) await refused();
            },
            readBlock: async () => {
              const { value } = reads.next();
              return value === 'refused' || value === undefined ? await refused() : value;
            },
            writeBlock: async () => {},
          },
        };
        const work = workOn(
          link,
          { uid: UID, technology: 'mifare_classic_1k' },
          { settings: { hasDirectory } },
        );
        for (const run of [
          () => classicProgram.inspect(work),
          () => classicProgram.write(work, recordImage(), { note() {} }),
          () => classicProgram.write(work, BLANK, { note() {} }),
        ]) {
          await run().catch((error: unknown) => expect(error).toBeInstanceOf(EncoderError));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('any bytes are a pre-image or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 3 }), (bytes, count) => {
      const sectors = decodePreimage(Uint8Array.of(1, count, ...bytes));
      expect(sectors === undefined || sectors.length === count).toBe(true);
    }),
  );
});
