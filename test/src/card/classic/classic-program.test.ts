import { describe, expect, test } from 'vitest';
import { classicKey } from '../../../../src/card/diversification.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { sealRecord } from '../../../../src/card/record.ts';
import { siteKeyVersion } from '../site-key-version.ts';
import {
  BLANK,
  FACTORY_TRAILER,
  LATER,
  NEWEST,
  previousImage,
  RECORD,
  ROTATED,
  recordImage,
  TestCard,
  UID,
} from './classic-card.ts';

/** What the trailer of a sector of ours is to be. */
function siteTrailer(sector: number, version = 1): string {
  const keys = siteKeyVersion(version);
  const [a, b] = [classicKey(keys, UID, 'read', sector), classicKey(keys, UID, 'write', sector)];
  return `${toHex(a)}78778800${toHex(b)}`;
}

async function cardWithRecord(): Promise<TestCard> {
  const card = new TestCard();
  await card.write(recordImage());
  return card;
}

describe('a card from the factory', () => {
  test('is blank, and inspecting leaves it so', async () => {
    const card = new TestCard();
    const before = card.memory;
    const contents = await card.inspect();
    expect(contents).toMatchObject({ content: { kind: 'blank' }, keyVersion: null, capacityBytes: 140 });
    expect(card.memory).toEqual(before);
    expect(card.exchanges).toBe(20);
  });

  test('gets the framed record into sectors 1 to 3, and keys of its own', async () => {
    const card = await cardWithRecord();
    const sealed = sealRecord(RECORD, UID, siteKeyVersion(1));
    const area = [4, 5, 6, 8, 9, 10, 12, 13, 14].map((block) => card.block(block)).join('');
    const framed = `454401${toHex(Uint8Array.of(sealed.length))}${toHex(sealed)}`;
    expect(area).toBe(framed.padEnd(9 * 32, '0'));
    for (const sector of [1, 2, 3]) expect(card.block(4 * sector + 3)).toBe(siteTrailer(sector));
    for (const sector of [0, 4, 15]) expect(card.block(4 * sector + 3)).toBe(FACTORY_TRAILER);
    expect(await card.inspect()).toMatchObject({
      content: { kind: 'record', record: RECORD, standing: 'authentic' },
      keyVersion: 1,
    });
    expect(card.exchanges).toBe(18);
  });

  test('has its commit block written after the other data, and its trailers last, each once', async () => {
    const card = await cardWithRecord();
    const order = card.writes.map(([block]) => block);
    const used = Math.ceil((4 + sealRecord(RECORD, UID, siteKeyVersion(1)).length) / 16);
    const body = [4, 5, 6, 8, 9, 10, 12, 13, 14].slice(1, used);
    expect(order.slice(0, body.length).toSorted((one, other) => one - other)).toEqual(body);
    expect(order.slice(body.length)).toEqual([4, 7, 11, 15]);
  });

  test('tells its progress from nothing done, before the first write, to everything', async () => {
    const card = await cardWithRecord();
    const { notes, writes } = card;
    expect(notes[0]).toEqual({ phase: 'writing', done: 0, total: 2 * writes.length });
    expect(notes.map(({ done }) => done)).toEqual(Array.from(notes.keys()));
    expect(notes.at(-1)).toEqual({ phase: 'verifying', done: 2 * writes.length, total: 2 * writes.length });
    expect(notes.filter(({ phase }) => phase === 'verifying')).toHaveLength(writes.length);
  });

  test('of 7 bytes of number works as well', async () => {
    const card = new TestCard('mifare_classic_1k', '04A2C3F1D25E80');
    await card.write(recordImage());
    expect((await card.inspect()).content).toMatchObject({ kind: 'record', standing: 'authentic' });
  });
});

test('a factory sector with a value where key B would be is blank, and erasing makes it the factory’s', async () => {
  const card = new TestCard();
  card.setTrailer(2, 'FFFFFFFFFFFF', [0, 0, 0, 1], '69', '010203040506');
  expect((await card.inspect()).content).toEqual({ kind: 'blank' });
  await card.write(BLANK);
  expect(card.writes).toEqual([[11, FACTORY_TRAILER]]);
  expect(card.memory).toEqual(new TestCard().memory);
});

describe('a card with a record', () => {
  test('is left as it is when it holds the image already, and nothing is noted', async () => {
    const card = await cardWithRecord();
    await card.write(recordImage());
    expect(card.writes).toEqual([]);
    expect(card.notes).toEqual([]);
  });

  test('gets a later record: the old one made invalid first, the trailers untouched', async () => {
    const card = await cardWithRecord();
    await card.write(recordImage(LATER));
    expect(card.writes[0]).toEqual([4, '0'.repeat(32)]);
    expect(card.writes.at(-1)?.[0]).toBe(4);
    expect(card.writes.filter(([block]) => block % 4 === 3)).toEqual([]);
    expect((await card.inspect()).content).toEqual({ kind: 'record', record: LATER, standing: 'authentic' });
  });

  test('leaves nothing of a longer record behind a shorter one', async () => {
    const card = await cardWithRecord();
    await card.write(recordImage({ ...RECORD, startsAt: null, endsAt: null, entrances: [] }));
    const fresh = new TestCard();
    await fresh.write(recordImage({ ...RECORD, startsAt: null, endsAt: null, entrances: [] }));
    expect(card.memory).toEqual(fresh.memory);
  });

  test('is as from the factory after it was erased, and can be used again', async () => {
    const card = await cardWithRecord();
    await card.write(BLANK);
    expect(card.memory).toEqual(new TestCard().memory);
    expect(card.writes.slice(-3).map(([block]) => block % 4)).toEqual([3, 3, 3]);
    expect((await card.inspect()).content).toEqual({ kind: 'blank' });
    await card.write(recordImage(LATER));
    expect((await card.inspect()).content).toMatchObject({ kind: 'record', record: LATER });
  });

  test('goes back to what it was before', async () => {
    const card = new TestCard();
    for (const image of [recordImage(), recordImage(LATER)]) {
      const [before, { preimage }] = [card.memory, await card.inspect()];
      await card.write(image);
      expect(card.memory).not.toEqual(before);
      await card.write(previousImage(preimage));
      expect(card.memory).toEqual(before);
      await card.write(image);
    }
  });

  test('is known as altered, copied, or of another site', async () => {
    const card = await cardWithRecord();
    const copy = new TestCard('mifare_classic_1k', 'B1B2C3D4');
    for (const block of [4, 5, 6, 8, 9, 10, 12, 13, 14]) copy.setBlock(block, card.block(block));
    expect((await copy.inspect()).content).toMatchObject({ kind: 'record', standing: 'copied' });
    const other = { siteId: '7d9e1f30-1b2c-4d3e-8f40-5a6b7c8d9e0f' };
    expect((await card.inspect(other)).content).toMatchObject({ kind: 'record', standing: 'other_site' });
    const last = sealRecord(RECORD, UID, siteKeyVersion(1)).length + 3;
    const at = 16 * ([4, 5, 6, 8, 9, 10, 12, 13, 14][Math.floor(last / 16)] ?? 0) + (last % 16);
    card.memory[at] = (card.memory[at] ?? 0) ^ 1;
    expect((await card.inspect()).content).toMatchObject({ kind: 'record', standing: 'altered' });
  });

  test('holds no key in its pre-image or its facts', async () => {
    const card = await cardWithRecord();
    const { preimage, facts } = await card.inspect();
    const told = `${toHex(preimage)} ${facts.flat().join(' ')}`;
    for (const sector of [1, 2, 3]) {
      expect(told).not.toContain(toHex(classicKey(siteKeyVersion(1), UID, 'read', sector)));
      expect(told).not.toContain(toHex(classicKey(siteKeyVersion(1), UID, 'write', sector)));
    }
    expect(told).toContain('keys of this site, version 1');
  });

  test('whose key A was torn gets it again, though the rest of its trailer is right', async () => {
    const card = await cardWithRecord();
    const whole = card.memory.slice();
    card.memory.set(fromHex('0123456789AB'), 11 * 16);
    await card.write(recordImage());
    expect(card.memory).toEqual(whole);
    expect(card.writes.map(([block]) => block)).toEqual([11]);
    expect(card.notes[0]).toMatchObject({ phase: 'writing', done: 0 });
    expect(card.notes.at(-1)).toEqual({ phase: 'verifying', done: 2, total: 2 });
  });
});

describe('new keys of the site', () => {
  test('come onto a card with the older ones, trailers last', async () => {
    const card = await cardWithRecord();
    expect(await card.inspect({ keys: ROTATED })).toMatchObject({
      content: { kind: 'record', record: RECORD, standing: 'authentic' },
      keyVersion: 1,
    });
    await card.write(recordImage(LATER), { keys: ROTATED });
    expect(card.writes.slice(-3).map(([block]) => block)).toEqual([7, 11, 15]);
    for (const sector of [1, 2, 3]) expect(card.block(4 * sector + 3)).toBe(siteTrailer(sector, 2));
    expect(await card.inspect({ keys: ROTATED })).toMatchObject({
      content: { kind: 'record', record: LATER, standing: 'authentic' },
      keyVersion: 2,
    });
  });

  test('are found again when only some of the sectors have them', async () => {
    const card = await cardWithRecord();
    const rotated = new TestCard();
    await rotated.write(recordImage(), { keys: ROTATED });
    card.setBlock(11, rotated.block(11));
    expect(await card.inspect({ keys: ROTATED })).toMatchObject({
      content: { kind: 'record' },
      keyVersion: 1,
    });
    await card.write(recordImage(), { keys: ROTATED });
    expect(card.memory).toEqual(rotated.memory);
  });

  test('do not hide what the older ones wrote, but those alone cannot open what the newer ones locked', async () => {
    const card = await cardWithRecord();
    await card.write(recordImage(), { keys: ROTATED });
    const contents = await card.inspect({ keys: NEWEST });
    expect(contents.content).toMatchObject({
      kind: 'locked',
      description: expect.stringContaining('sector 1'),
    });
  });
});
