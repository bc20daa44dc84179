import { describe, expect, test } from 'vitest';
import { classicProgram } from '../../../../src/card/classic/classic-program.ts';
import { emptyDirectory, encodeDirectory, withApplication } from '../../../../src/card/classic/mad.ts';
import { toHex } from '../../../../src/card/hex.ts';
import type { CardContent, CardImage } from '../../../../src/model/card-record.ts';
import { tearEverywhere } from '../tear.ts';
import {
  BLANK,
  type Desk,
  FOREIGN_KEYS,
  LATER,
  OTHER_SITE,
  previousImage,
  RECORD,
  ROTATED,
  recordImage,
  TestCard,
  UID,
  workOn,
} from './classic-card.ts';

const silent = { note() {} };

/** What each trial takes: tears tried, exchanges when nothing happens. */
const counted: Record<string, { tears: number; exchanges: number }> = {};

/** A piece of work on a card, torn away everywhere. */
interface Trial {
  readonly on: TestCard;
  readonly image: CardImage;
  readonly desk?: Desk;
  readonly tornWrites?: boolean;
  /** What a torn card may say that it holds. */
  readonly mayBe: readonly string[];
}

/** Sees that one more run ends with the very memory that an undisturbed run ends with. */
async function expectRepairEverywhere(name: string, { on, image, desk, tornWrites, mayBe }: Trial) {
  const { technology, memory } = on;
  const undisturbed = new TestCard(technology);
  undisturbed.memory = memory;
  await undisturbed.write(image, desk);
  const expected = toHex(undisturbed.memory);
  counted[name] = await tearEverywhere({
    technology,
    uid: UID,
    memory,
    ...(tornWrites && { tornWrites }),
    run: (link, card) => classicProgram.write(workOn(link, card, desk), image, silent),
    lookAtTorn: async (link, card) => {
      const { content } = await classicProgram.inspect(workOn(link, card, desk));
      expect(mayBe).toContain(nameOf(content));
    },
    expectFinished: async (_link, _card, memoryNow) => expect(toHex(memoryNow)).toBe(expected),
  });
  expect(counted[name]?.tears).toBeGreaterThan(counted[name]?.exchanges ?? 0);
}

function nameOf(content: CardContent): string {
  if (content.kind !== 'record') return content.kind;
  return content.standing === 'authentic' ? `record ${content.record.issueCounter}` : content.standing;
}

async function cardWith(image: CardImage, desk: Desk = {}, card = new TestCard()): Promise<TestCard> {
  await card.write(image, desk);
  return card;
}

/** A directory of others on it, with applications in both blocks, and the factory's key B. */
function sharedCard(): TestCard {
  const card = new TestCard();
  const bytes = encodeDirectory(withApplication('MAD1', emptyDirectory('MAD1'), [4, 12], 0x1234));
  card.setBlock(1, toHex(bytes.subarray(0, 16)));
  card.setBlock(2, toHex(bytes.subarray(16)));
  card.setTrailer(0, 'A0A1A2A3A4A5', [4, 4, 4, 3], 'C1', 'FFFFFFFFFFFF');
  return card;
}

const DIRECTORY: Desk = { settings: { hasDirectory: true } };
const ACROSS: Desk = { settings: { sectors: [7, 8, 9], hasDirectory: true } };
const WIDE: Desk = { settings: { sectors: [2, 17, 39], hasDirectory: true } };

describe('a card that is torn away at any exchange is finished by the next run', () => {
  test('from the factory', async () => {
    const mayBe = ['blank', 'foreign', 'incomplete', 'record 1'];
    await expectRepairEverywhere('blank card', { on: new TestCard(), image: recordImage(), mayBe });
  });

  test('with an older record, also when a block is left half written', async () => {
    const on = await cardWith(recordImage());
    const whole = ['record 1', 'incomplete', 'record 2'];
    await expectRepairEverywhere('older record', { on, image: recordImage(LATER), mayBe: whole });
    const mayBe = [...whole, 'altered'];
    await expectRepairEverywhere('older record, half-written blocks', {
      on,
      image: recordImage(LATER),
      tornWrites: true,
      mayBe,
    });
  });

  test('with data of another application', async () => {
    const on = new TestCard();
    for (const block of [4, 6, 9, 14]) on.setBlock(block, '0F1E2D3C4B5A69788796A5B4C3D2E1F0');
    const mayBe = ['foreign', 'incomplete', 'record 1'];
    await expectRepairEverywhere('foreign data', { on, image: recordImage(), mayBe });
  });

  test('while it gets new keys', async () => {
    const on = await cardWith(recordImage());
    const mayBe = ['record 1', 'incomplete', 'record 2'];
    await expectRepairEverywhere('key rotation', {
      on,
      image: recordImage(LATER),
      desk: { keys: ROTATED },
      mayBe,
    });
  });

  test('while it is erased', async () => {
    const on = await cardWith(recordImage());
    await expectRepairEverywhere('erase', { on, image: BLANK, mayBe: ['record 1', 'incomplete', 'blank'] });
  });

  test('while what was before is put back', async () => {
    const before = new TestCard();
    for (const block of [4, 6, 9, 14]) before.setBlock(block, '0F1E2D3C4B5A69788796A5B4C3D2E1F0');
    before.setTrailer(3, 'FFFFFFFFFFFF', [4, 4, 4, 3], '40', 'FFFFFFFFFFFF');
    const { preimage } = await before.inspect();
    const on = await cardWith(recordImage(), {}, before);
    await expectRepairEverywhere('rollback', {
      on,
      image: previousImage(preimage),
      mayBe: ['record 1', 'incomplete', 'foreign'],
    });
  });

  test('with a directory to be made', async () => {
    const mayBe = ['blank', 'foreign', 'incomplete', 'record 1'];
    const on = new TestCard();
    await expectRepairEverywhere('blank card, directory', {
      on,
      image: recordImage(),
      desk: DIRECTORY,
      mayBe,
    });
  });

  test('with a directory of others', async () => {
    const mayBe = ['blank', 'foreign', 'incomplete', 'record 1'];
    await expectRepairEverywhere('directory of others', {
      on: sharedCard(),
      image: recordImage(),
      desk: ACROSS,
      mayBe,
    });
    const on = await cardWith(recordImage(), ACROSS, sharedCard());
    await expectRepairEverywhere('erase, directory of others', { on, image: BLANK, desk: ACROSS, mayBe });
  });

  test('of 4K with both parts of the directory', async () => {
    const mayBe = ['blank', 'foreign', 'incomplete', 'record 1'];
    const fresh = new TestCard('mifare_classic_4k');
    await expectRepairEverywhere('4K', { on: fresh, image: recordImage(), desk: WIDE, mayBe });
    const on = await cardWith(recordImage(), WIDE, new TestCard('mifare_classic_4k'));
    await expectRepairEverywhere('4K, erase', { on, image: BLANK, desk: WIDE, mayBe });
  });
});

describe('a torn card', () => {
  test('is brought to another image just as well', async () => {
    const whole = await cardWith(recordImage(LATER));
    const { technology, memory } = new TestCard();
    counted['another image'] = await tearEverywhere({
      technology,
      uid: UID,
      memory,
      run: (link, card) => classicProgram.write(workOn(link, card), recordImage(), silent),
      lookAtTorn: async (link, card) => {
        expect((await classicProgram.inspect(workOn(link, card))).content.kind).not.toBe('locked');
      },
      expectFinished: async (link, card, memoryNow) => {
        const again = new TestCard();
        again.memory = memoryNow;
        await again.write(recordImage(LATER));
        expect(toHex(again.memory)).toBe(toHex(whole.memory));
        await again.write(BLANK);
        expect(toHex(again.memory)).toBe(toHex(memory));
        expect((await classicProgram.inspect(workOn(link, card))).content.kind).toBe('record');
      },
    });
  });

  test('goes back to what it was before, wherever the write ended', async () => {
    const on = await cardWith(recordImage());
    const { preimage } = await on.inspect();
    const desk: Desk = { keys: ROTATED };
    for (const moment of ['before', 'after'] as const) {
      for (let exchange = 1; ; exchange++) {
        const torn = new TestCard();
        torn.memory = on.memory;
        const isDone = await torn.writeAndPull(recordImage(LATER), { exchange, moment }, desk);
        await torn.write(previousImage(preimage), desk);
        expect(toHex(torn.memory), `${moment} ${exchange}`).toBe(toHex(on.memory));
        if (isDone) break;
      }
    }
  });
});

test('a card with another site’s keys is refused at every exchange, and never changes', async () => {
  const theirs = { siteId: OTHER_SITE, keys: FOREIGN_KEYS };
  const card = await cardWith(recordImage({ ...RECORD, siteId: OTHER_SITE }), theirs);
  const before = toHex(card.memory);
  await expect(card.write(recordImage())).rejects.toMatchObject({ code: 'card_refused' });
  const { exchanges } = card;
  for (let exchange = 1; exchange <= exchanges; exchange++) {
    await card.writeAndPull(recordImage(), { exchange, moment: 'after' });
    expect(toHex(card.memory)).toBe(before);
  }
  expect((await card.inspect(theirs)).content).toMatchObject({ kind: 'record', standing: 'authentic' });
});

test('every tear was counted', () => {
  const tears = Object.values(counted).reduce((sum, trial) => sum + trial.tears, 0);
  console.info('mifare_classic, torn and finished', tears, counted);
  expect(tears).toBeGreaterThan(900);
});
