import { describe, expect, test } from 'vitest';
import { emptyDirectory, encodeDirectory, withApplication } from '../../../../src/card/classic/mad.ts';
import { classicKey } from '../../../../src/card/diversification.ts';
import { toHex } from '../../../../src/card/hex.ts';
import { siteKeyVersion } from '../site-key-version.ts';
import { BLANK, LATER, previousImage, ROTATED, recordImage, TestCard, UID } from './classic-card.ts';

const FACTORY = 'FFFFFFFFFFFF';
const MAD_KEY = 'A0A1A2A3A4A5';
const DIRECTORY = { settings: { hasDirectory: true } };
const WIDE = { settings: { sectors: [1, 15, 17, 39], hasDirectory: true } };

function writeKey(sector: number, version = 1): string {
  return toHex(classicKey(siteKeyVersion(version), UID, 'write', sector));
}

/** Sectors of another application, 1234, in the directory of a card whose key B is the factory's, or `keyB`. */
function cardWithDirectory(sectors: readonly number[], keyB = FACTORY): TestCard {
  const card = new TestCard();
  const bytes = encodeDirectory({
    ...withApplication('MAD1', emptyDirectory('MAD1'), sectors, 0x1234),
    info: 5,
  });
  card.setBlock(1, toHex(bytes.subarray(0, 16)));
  card.setBlock(2, toHex(bytes.subarray(16)));
  card.setTrailer(0, MAD_KEY, [4, 4, 4, 3], 'C1', keyB);
  return card;
}

describe('the directory of a 1K', () => {
  test('is made on a fresh card, after the record and its trailers, its check byte late and its trailer last', async () => {
    const card = new TestCard();
    await card.write(recordImage(), DIRECTORY);
    expect(card.block(1)).toMatch(/^..00(ED48){3}(0000){4}$/);
    expect(card.block(2)).toBe('00'.repeat(16));
    expect(card.block(3)).toBe(`${MAD_KEY}787788C1${writeKey(0)}`);
    expect(card.writes.slice(-5).map(([block]) => block)).toEqual([7, 11, 15, 1, 3]);
    expect((await card.inspect(DIRECTORY)).facts).toContainEqual([
      'Directory',
      'names sector 1, 2, 3 as this site’s',
    ]);
  });

  test('goes again when the card is erased, and comes back with its pre-image', async () => {
    const card = new TestCard();
    await card.write(recordImage(), DIRECTORY);
    const [before, { preimage }] = [card.memory, await card.inspect(DIRECTORY)];
    await card.write(BLANK, DIRECTORY);
    expect(toHex(card.memory)).toBe(toHex(new TestCard().memory));
    await card.write(previousImage(preimage), DIRECTORY);
    expect(toHex(card.memory)).toBe(toHex(before));
  });

  test('gets the site’s newest key B', async () => {
    const card = new TestCard();
    await card.write(recordImage(), DIRECTORY);
    await card.write(recordImage(LATER), { ...DIRECTORY, keys: ROTATED });
    expect(card.block(3)).toBe(`${MAD_KEY}787788C1${writeKey(0, 2)}`);
    expect(card.writes.at(-1)?.[0]).toBe(3);
  });

  test('keeps the entries, the publisher and the key of others', async () => {
    const card = cardWithDirectory([4, 9]);
    const before = card.memory;
    await card.write(recordImage(), DIRECTORY);
    const expected = withApplication(
      'MAD1',
      withApplication('MAD1', emptyDirectory('MAD1'), [4, 9], 0x1234),
      [1, 2, 3],
      0xed48,
    );
    expect(card.block(1) + card.block(2)).toBe(toHex(encodeDirectory({ ...expected, info: 5 })));
    expect(card.block(3)).toBe(`${MAD_KEY}787788C1${FACTORY}`);
    await card.write(BLANK, DIRECTORY);
    expect(toHex(card.memory)).toBe(toHex(before));
  });

  test('that others came to use stays when the card is erased, with a key B that they can use', async () => {
    const card = new TestCard();
    await card.write(recordImage(), DIRECTORY);
    const shared = withApplication(
      'MAD1',
      withApplication('MAD1', emptyDirectory('MAD1'), [9], 0x1234),
      [1, 2, 3],
      0xed48,
    );
    const bytes = encodeDirectory(shared);
    card.setBlock(1, toHex(bytes.subarray(0, 16)));
    card.setBlock(2, toHex(bytes.subarray(16)));
    await card.write(BLANK, DIRECTORY);
    expect(card.block(3)).toBe(`${MAD_KEY}787788C1${FACTORY}`);
    const left = withApplication('MAD1', emptyDirectory('MAD1'), [9], 0x1234);
    expect(card.block(1) + card.block(2)).toBe(toHex(encodeDirectory(left)));
  });

  test.each([
    {
      what: 'gives a sector to another application',
      card: () => cardWithDirectory([3]),
      says: 'sector 3: the card directory gives it to another application (1234)',
    },
    {
      what: 'has a key B of others',
      card: () => cardWithDirectory([], '112233445566'),
      says: 'sector 0: the card directory is there, and its key B is not known here',
    },
    {
      what: 'is damaged',
      card: () => {
        const card = cardWithDirectory([9]);
        card.memory[17] = 0x3f;
        return card;
      },
      says: 'sector 0: the card directory is damaged, its check byte is',
    },
    {
      what: 'is none, behind a key A that nobody here knows',
      card: () => {
        const card = cardWithDirectory([9]);
        card.setTrailer(0, '112233445566', [4, 4, 4, 3], '69', FACTORY);
        return card;
      },
      says: 'sector 0: it holds no card directory',
    },
  ])('that $what keeps everything from being written', async ({ card: make, says }) => {
    const card = make();
    const before = toHex(card.memory);
    expect((await card.inspect(DIRECTORY)).content).toEqual({
      kind: 'locked',
      description: expect.stringContaining(says),
    });
    for (const image of [recordImage(), BLANK]) {
      await expect(card.write(image, DIRECTORY)).rejects.toMatchObject({ code: 'card_refused' });
    }
    expect(toHex(card.memory)).toBe(before);
  });

  test('is not looked at by a site that has none', async () => {
    const card = cardWithDirectory([3]);
    const sector = toHex(card.memory.subarray(0, 64));
    await card.write(recordImage());
    expect(toHex(card.memory.subarray(0, 64))).toBe(sector);
  });

  test('does not take the place of other data unseen, and leaves it when the card is erased', async () => {
    const card = new TestCard();
    card.setBlock(1, '00112233445566778899AABBCCDDEEFF');
    const before = toHex(card.memory);
    expect((await card.inspect(DIRECTORY)).content).toMatchObject({ kind: 'foreign' });
    await card.write(BLANK, DIRECTORY);
    expect(toHex(card.memory)).toBe(before);
    await card.write(recordImage(), DIRECTORY);
    expect((await card.inspect(DIRECTORY)).content).toMatchObject({ kind: 'record' });
  });
});

describe('the directory of a 4K', () => {
  test('has a second part in sector 16 when a sector behind it is used', async () => {
    const card = new TestCard('mifare_classic_4k');
    const factory = toHex(card.memory);
    await card.write(recordImage(), WIDE);
    expect(card.block(3)).toBe(`${MAD_KEY}787788C2${writeKey(0)}`);
    expect(card.block(67)).toBe(`${MAD_KEY}78778800${writeKey(16)}`);
    expect(card.block(64)).toMatch(/^..00ED480/);
    expect(card.block(66)).toMatch(/0ED48$/);
    expect(card.writes.slice(-6).map(([block]) => block)).toEqual([66, 64, 67, 2, 1, 3]);
    expect((await card.inspect(WIDE)).content).toMatchObject({ kind: 'record', standing: 'authentic' });
    await card.write(BLANK, WIDE);
    expect(toHex(card.memory)).toBe(factory);
  });

  test('becomes version 2 on a card of others that had the first part alone', async () => {
    const small = cardWithDirectory([9]);
    const card = new TestCard('mifare_classic_4k');
    for (const block of [1, 2, 3]) card.setBlock(block, small.block(block));
    const before = toHex(card.memory);
    await card.write(recordImage(), WIDE);
    expect(card.block(3)).toBe(`${MAD_KEY}787788C2${FACTORY}`);
    await card.write(BLANK, WIDE);
    expect(toHex(card.memory)).toBe(before);
  });
});

describe('the large sectors of a 4K', () => {
  const settings = { sectors: [32] };

  test('carry the longest record that there is in one sector', async () => {
    const card = new TestCard('mifare_classic_4k');
    expect(await card.inspect({ settings })).toMatchObject({
      content: { kind: 'blank' },
      capacityBytes: 236,
    });
    await card.write(recordImage(), { settings });
    expect(card.block(128)).toMatch(/^454401/);
    expect(card.block(143)).toMatch(/^.{12}78778800/);
    expect((await card.inspect({ settings })).content).toMatchObject({
      kind: 'record',
      standing: 'authentic',
    });
    expect((await card.inspect({ settings: { sectors: [32, 33] } })).capacityBytes).toBe(255);
  });

  test('are locked by what governs five of their blocks', async () => {
    const card = new TestCard('mifare_classic_4k');
    card.setTrailer(32, FACTORY, [0, 2, 0, 1], '69', FACTORY);
    await expect(card.write(recordImage(), { settings })).rejects.toMatchObject({
      code: 'card_refused',
      message: expect.stringContaining('sector 32: block 133 may be written with no key'),
    });
  });
});
