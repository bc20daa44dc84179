import { describe, expect, test } from 'vitest';
import { DESFIRE_GENERATIONS } from '../../../../src/encoder/contract.ts';
import { addApplication, addOtherApplication, applicationsOn, openCard } from './card-owner.ts';
import {
  BLANK,
  FOREIGN_KEYS,
  NEW_KEYS,
  NEXT_RECORD,
  RECORD,
  recordImage,
  TrialCard,
  UID,
} from './desfire-card-trial.ts';

const AUTHENTIC = { kind: 'record', record: RECORD, standing: 'authentic' };
const NEXT = { kind: 'record', record: NEXT_RECORD, standing: 'authentic' };

describe.each(DESFIRE_GENERATIONS)('on an %s card', (generation) => {
  test('a new card gets the record, and says so', async () => {
    const card = new TrialCard({ generation });
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
    const notes = await card.write(recordImage(RECORD));
    expect(notes.map(({ phase, done, total }) => `${phase} ${done}/${total}`)).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((done) => `writing ${done}/9`),
      ...[7, 8, 9].map((done) => `verifying ${done}/9`),
    ]);
    const found = await card.inspect();
    expect(found.content).toEqual(AUTHENTIC);
    expect(found.keyVersion).toBe(1);
    expect(found.capacityBytes).toBe(188);
    expect(found.facts).toContainEqual(['Application', 'F48ED0: keys of versions 1, 1, 1']);
    expect(found.facts).toContainEqual(['Chip', expect.stringContaining(generation.toUpperCase())]);
  });

  test('writing it again changes nothing', async () => {
    const card = await written(generation);
    const { revision } = card.chip;
    expect(await card.write(recordImage(RECORD))).toEqual([
      { phase: 'verifying', done: 0, total: 1 },
      { phase: 'verifying', done: 1, total: 1 },
    ]);
    expect(card.chip.revision).toBe(revision);
  });

  test('a later record takes the place of the earlier one', async () => {
    const card = await written(generation);
    await card.write(recordImage(NEXT_RECORD));
    expect((await card.inspect()).content).toEqual(NEXT);
    await card.write(recordImage(RECORD));
    expect((await card.inspect()).content).toEqual(AUTHENTIC);
  });

  test('a card with the last version of the keys is read, and gets the new ones', async () => {
    const card = await written(generation);
    const site = { keys: NEW_KEYS };
    expect(await card.inspect(site)).toMatchObject({ content: AUTHENTIC, keyVersion: 1 });
    await card.write(recordImage(RECORD), site);
    expect(await card.inspect(site)).toMatchObject({ content: AUTHENTIC, keyVersion: 2 });
    expect((await card.inspect()).content.kind).toBe('locked');
  });

  test("another site's application stays as it is", async () => {
    const card = await written(generation);
    const { memory } = card.chip;
    const foreign = { keys: FOREIGN_KEYS };
    const { content, capacityBytes } = await card.inspect(foreign);
    expect(content).toEqual({ kind: 'locked', description: expect.stringContaining('version 1') });
    expect(capacityBytes).toBe(0);
    for (const image of [recordImage(RECORD), BLANK]) {
      await expect(card.write(image, foreign)).rejects.toMatchObject({ code: 'card_refused' });
    }
    expect(card.chip.memory).toEqual(memory);
  });

  test('an erased card is as from the factory, memory too, and can be used by another site', async () => {
    const card = new TrialCard({ generation });
    const fresh = card.chip.memory;
    await card.write(recordImage(RECORD));
    await card.write(BLANK);
    expect(card.chip.memory).toEqual(fresh);
    expect(await card.write(BLANK)).toEqual([
      { phase: 'verifying', done: 0, total: 1 },
      { phase: 'verifying', done: 1, total: 1 },
    ]);
    await card.write(recordImage(RECORD), { keys: FOREIGN_KEYS });
    expect((await card.inspect({ keys: FOREIGN_KEYS })).content).toEqual(AUTHENTIC);
  });

  test('erasing leaves other applications alone', async () => {
    const card = new TrialCard({ generation });
    await addOtherApplication(card, 0x00c0de, 32);
    await card.write(recordImage(RECORD));
    expect(await applicationsOn(card)).toBe(2);
    await card.write(BLANK);
    expect(await applicationsOn(card)).toBe(1);
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
  });

  test('erasing a card that forbids to be formatted deletes the application', async () => {
    const card = await written(generation);
    const session = await openCard(card);
    await session.write('forbid it', 0x5c, Uint8Array.of(0x00), Uint8Array.of(0x01));
    await card.write(BLANK);
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
    expect(card.commands.slice(-20)).toEqual(expect.arrayContaining([0xfc, 0xda]));
  });

  test('a card can be put back to what it was', async () => {
    const card = new TrialCard({ generation });
    const { preimage: blank } = await card.inspect();
    await card.write(recordImage(RECORD));
    const { preimage: earlier } = await card.inspect();
    await card.write(recordImage(NEXT_RECORD));
    await card.write({ kind: 'previous', format: 'mifare_desfire', preimage: earlier });
    expect((await card.inspect()).content).toEqual(AUTHENTIC);
    await card.write({ kind: 'previous', format: 'mifare_desfire', preimage: blank });
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
  });

  test('putting back a card that was locked does nothing', async () => {
    const card = await written(generation);
    const { preimage } = await card.inspect({ keys: FOREIGN_KEYS });
    const { memory } = card.chip;
    const before = card.commands.length;
    await card.write({ kind: 'previous', format: 'mifare_desfire', preimage }, { keys: FOREIGN_KEYS });
    expect(card.commands.length).toBe(before);
    expect(card.chip.memory).toEqual(memory);
  });

  test('a card that is too full is told apart before anything is written', async () => {
    const card = new TrialCard({ generation, storageBytes: 2048 });
    await addOtherApplication(card, 0x00c0de, 1800);
    const { memory } = card.chip;
    expect(await card.inspect()).toMatchObject({ content: { kind: 'blank' }, capacityBytes: 0 });
    await expect(card.write(recordImage(RECORD))).rejects.toMatchObject({ code: 'card_unsupported' });
    expect(card.chip.memory).toEqual(memory);
  });

  test("somebody else's application under the same id is left alone, also with factory keys", async () => {
    const card = new TrialCard({ generation });
    await addApplication(card, Uint8Array.of(0xd0, 0x8e, 0xf4, 0x0f, 0x83));
    const { memory } = card.chip;
    expect((await card.inspect()).content.kind).toBe('locked');
    for (const image of [recordImage(RECORD), BLANK]) {
      await expect(card.write(image)).rejects.toMatchObject({ code: 'card_refused' });
    }
    expect(card.chip.memory).toEqual(memory);
  });

  test('an application that was only just created is incomplete, and is finished', async () => {
    const card = new TrialCard({ generation });
    await addApplication(card);
    expect(await card.inspect()).toMatchObject({ content: { kind: 'incomplete' }, keyVersion: null });
    await card.write(recordImage(RECORD));
    expect((await card.inspect()).content).toEqual(AUTHENTIC);
  });

  test('a whole record under the master key from the factory is incomplete: no lock can rely on it', async () => {
    const card = new TrialCard({ generation });
    let keyChanges = 0;
    card.pulledBefore = ([, ins]) => ins === 0xc4 && ++keyChanges === 3;
    await expect(card.write(recordImage(RECORD))).rejects.toMatchObject({ code: 'card_removed' });
    card.pulledBefore = undefined;
    const found = await card.inspect();
    expect(found.facts).toContainEqual(['Application', 'F48ED0: keys of versions 0, 1, 1']);
    expect(found).toMatchObject({ content: { kind: 'incomplete' }, keyVersion: null });
  });

  test('a record with more entrances than fit is refused before the card is asked anything', async () => {
    const card = new TrialCard({ generation });
    const entrances = Array.from({ length: 100 }, (_, at) => 1000 + at);
    await expect(card.write(recordImage({ ...RECORD, entrances }))).rejects.toMatchObject({
      code: 'card_unsupported',
    });
    expect(card.commands).toEqual([]);
  });

  test('takes as many exchanges as the page says', async () => {
    const fresh = new TrialCard({ generation });
    const first = generation === 'ev1' ? 1 : 0;
    expect(await fresh.count(() => fresh.inspect())).toBe(8);
    expect(await fresh.count(() => fresh.write(recordImage(RECORD)))).toBe(24 + first);
    expect(await fresh.count(() => fresh.inspect())).toBe(15 + first);
    expect(await fresh.count(() => fresh.write(recordImage(RECORD)))).toBe(14 + first);
    expect(await fresh.count(() => fresh.write(recordImage(NEXT_RECORD)))).toBe(18 + first);
    expect(await fresh.count(() => fresh.write(BLANK))).toBe(11 + first);
  });
});

test('a card that shows a random number is refused before it is asked anything', async () => {
  const trial = new TrialCard({}, UID, '08A2C3F1');
  expect((await trial.inspect()).content).toEqual({
    kind: 'locked',
    description: expect.stringContaining('random ID'),
  });
  await expect(trial.write(recordImage(RECORD))).rejects.toMatchObject({ code: 'card_refused' });
  expect(trial.commands).toEqual([]);
});

async function written(generation: (typeof DESFIRE_GENERATIONS)[number]): Promise<TrialCard> {
  const card = new TrialCard({ generation });
  await card.write(recordImage(RECORD));
  return card;
}
