import { describe, expect, test } from 'vitest';
import type { AccessCondition, SectorAccess } from '../../../../src/card/classic-access.ts';
import { toHex } from '../../../../src/card/hex.ts';
import {
  BLANK,
  type Desk,
  FOREIGN_KEYS,
  OTHER_SITE,
  previousImage,
  RECORD,
  ROTATED,
  recordImage,
  TestCard,
} from './classic-card.ts';

const FACTORY = 'FFFFFFFFFFFF';
const UNKNOWN = '112233445566';

/** Neither a record nor a blank gets onto the card, and every byte of it stays. */
async function expectRefusal(card: TestCard, says: string, desk: Desk = {}): Promise<void> {
  const before = toHex(card.memory);
  const { content, capacityBytes } = await card.inspect(desk);
  expect(content).toEqual({ kind: 'locked', description: expect.stringContaining(says) });
  expect(capacityBytes).toBe(0);
  for (const image of [recordImage(), BLANK]) {
    await expect(card.write(image, desk)).rejects.toMatchObject({
      code: 'card_refused',
      message: expect.stringContaining(says),
    });
    expect(card.notes).toEqual([]);
  }
  expect(toHex(card.memory)).toBe(before);
}

describe('a card with the keys of another site', () => {
  test('is locked, stays as it is, and is still read by that site', async () => {
    const card = new TestCard();
    const theirs = { siteId: OTHER_SITE, keys: FOREIGN_KEYS };
    const record = { ...RECORD, siteId: OTHER_SITE };
    await card.write(recordImage(record), theirs);
    await expectRefusal(card, 'sector 1: none of the keys of the factory and of this site opens it');
    expect((await card.inspect(theirs)).content).toEqual({ kind: 'record', record, standing: 'authentic' });
  });

  test('in one sector alone is locked as a whole', async () => {
    const card = new TestCard();
    card.setTrailer(2, UNKNOWN, [0, 0, 0, 1], '69', UNKNOWN);
    await expectRefusal(card, 'sector 2: none of the keys');
  });
});

describe('access bits', () => {
  test.each([
    { access: [0, 2, 0, 1], says: 'sector 3: block 13 may be written with no key (access condition 010)' },
    { access: [0, 0, 7, 1], says: 'sector 3: block 14 may be read with no key (access condition 111)' },
    {
      access: [0, 4, 0, 1],
      says: 'sector 3: block 13 may be written with key B only (access condition 100)',
    },
    { access: [0, 0, 0, 0], says: 'sector 3: the access bits in block 15 may be written with no key' },
    { access: [0, 0, 0, 2], says: 'sector 3: key A in block 15 may be written with no key' },
    { access: [0, 0, 0, 6], says: 'sector 3: key A in block 15 may be written with no key' },
  ] as const)('$access stand in the way: $says', async ({ access, says }) => {
    const card = new TestCard();
    card.setTrailer(3, FACTORY, access, '69', FACTORY);
    await expectRefusal(card, says);
  });

  test('that leave everything to a key B that is the factory’s are no obstacle, and come back', async () => {
    for (const data of [0, 3, 4, 6] as const satisfies readonly AccessCondition[]) {
      const card = new TestCard();
      const access: SectorAccess = [data, data, data, 3];
      for (const sector of [1, 2, 3]) card.setTrailer(sector, FACTORY, access, '40', FACTORY);
      card.setBlock(9, '00112233445566778899AABBCCDDEEFF');
      const [before, { content, preimage }] = [card.memory, await card.inspect()];
      expect(content).toMatchObject({ kind: 'foreign', description: expect.stringContaining('sector 2') });
      await card.write(recordImage());
      expect((await card.inspect()).content).toMatchObject({ kind: 'record', standing: 'authentic' });
      await card.write(previousImage(preimage));
      expect(toHex(card.memory)).toBe(toHex(before));
    }
  });

  test('that leave everything to a key B that nobody here knows lock the sector', async () => {
    const card = new TestCard();
    card.setTrailer(1, FACTORY, [4, 4, 4, 3], '69', UNKNOWN);
    await expectRefusal(card, 'its key B is not known here');
  });

  test('that contradict themselves lock the sector', async () => {
    const card = new TestCard();
    card.setBlock(7, `${FACTORY}00000069${FACTORY}`);
    await expectRefusal(card, 'sector 1');
  });
});

describe('data of another application', () => {
  test('in sectors with the factory’s keys are foreign, are written over, and come back', async () => {
    const card = new TestCard();
    card.setBlock(4, '48656C6C6F000000000000000000002A');
    card.setBlock(14, 'FF'.repeat(16));
    const [before, { content, preimage }] = [card.memory, await card.inspect()];
    expect(content).toMatchObject({ kind: 'foreign', description: expect.stringContaining('sector 1, 3') });
    await card.write(recordImage());
    expect((await card.inspect()).content).toMatchObject({ kind: 'record', record: RECORD });
    await card.write(previousImage(preimage));
    expect(toHex(card.memory)).toBe(toHex(before));
  });

  test('in other sectors are not touched', async () => {
    const card = new TestCard();
    for (const sector of [4, 8, 15]) card.setBlock(4 * sector, 'AB'.repeat(16));
    card.setTrailer(8, UNKNOWN, [4, 4, 4, 3], '00', UNKNOWN);
    const rest = toHex(card.memory.subarray(16 * 16));
    await card.write(recordImage());
    await card.write(BLANK);
    expect(toHex(card.memory.subarray(16 * 16))).toBe(rest);
  });
});

describe('a card that is too small', () => {
  test('is unsupported, with the numbers, and is not even asked', async () => {
    const card = new TestCard();
    const settings = { sectors: [1] };
    expect((await card.inspect({ settings })).capacityBytes).toBe(44);
    await expect(card.write(recordImage(), { settings })).rejects.toMatchObject({
      code: 'card_unsupported',
      message: expect.stringMatching(/^the record has \d+ bytes, and sectors 1 hold 44$/),
    });
    expect(card.exchanges).toBe(0);
  });

  test('does not have sector 20 when it is a 1K', async () => {
    const card = new TestCard();
    const settings = { sectors: [1, 20, 21] };
    const says = 'sector 20 is not on this card, which has 16 sectors';
    expect((await card.inspect({ settings })).content).toEqual({ kind: 'locked', description: says });
    await expect(card.write(recordImage(), { settings })).rejects.toMatchObject({
      code: 'card_unsupported',
      message: says,
    });
  });
});

describe('a write that did not end', () => {
  test('is incomplete while the sectors with the record have the factory’s keys', async () => {
    const card = new TestCard();
    await card.write(recordImage());
    card.setTrailer(3, FACTORY, [0, 0, 0, 1], '69', FACTORY);
    card.setTrailer(2, FACTORY, [0, 0, 0, 1], '69', FACTORY);
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
  });

  test('is incomplete in sectors of ours without a frame', async () => {
    const card = new TestCard();
    await card.write(recordImage());
    card.setBlock(4, '00'.repeat(16));
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
    for (const block of [5, 6, 8, 9, 10, 12, 13, 14]) card.setBlock(block, '00'.repeat(16));
    expect((await card.inspect()).content).toEqual({ kind: 'incomplete' });
  });
});

test.each([4, 9, 10, 11])('block %i that does not keep what is written to it is found out', async (block) => {
  const card = new TestCard();
  card.wornBlock = block;
  await expect(card.write(recordImage())).rejects.toMatchObject({ code: 'device_protocol' });
  card.wornBlock = undefined;
  await card.write(recordImage());
  expect((await card.inspect()).content).toMatchObject({ kind: 'record', standing: 'authentic' });
});

test('what was before is not put back with keys that are gone, or from nothing', async () => {
  const card = new TestCard();
  await card.write(recordImage());
  const { preimage } = await card.inspect();
  await card.write(recordImage(), { keys: ROTATED });
  const before = toHex(card.memory);
  const newOnly = { keys: ROTATED.slice(0, 1) };
  await expect(card.write(previousImage(preimage), newOnly)).rejects.toMatchObject({ code: 'card_refused' });
  await expect(card.write(previousImage(Uint8Array.of(1, 3, 9)))).rejects.toMatchObject({
    code: 'card_refused',
  });
  expect(toHex(card.memory)).toBe(before);
});
