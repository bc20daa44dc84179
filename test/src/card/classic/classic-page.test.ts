import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fromHex } from '../../../../src/card/hex.ts';
import { openRecord, sealRecord } from '../../../../src/card/record.ts';
import { KEY_PURPOSES, type SiteKeyVersion } from '../../../../src/card/site-keys.ts';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import { BLANK, type Desk, recordImage, TestCard } from './classic-card.ts';

const FOLDER = join(import.meta.dirname, '../../../../docs/card-formats');
const PAGE = readFileSync(join(FOLDER, 'mifare-classic.md'), 'utf8');

const hex = z.string().regex(/^([0-9A-F]{2})+$/);
const blocks = z.record(z.string().regex(/^\d+$/), hex.length(32));
const vector = z
  .strictObject({
    card_uid: hex,
    key_version: z.int(),
    sectors: z.array(z.int()),
    blocks,
    blocks_with_directory: blocks,
  })
  .parse(JSON.parse(jsonOf('mifare-classic.md')));
const site = z
  .looseObject({
    master_keys: z.array(
      z.intersection(z.object({ version: z.int() }), z.record(z.enum(KEY_PURPOSES), hex.transform(fromHex))),
    ),
    records: z.array(z.looseObject({ name: z.string(), bytes: hex.transform(fromHex), site_id: z.string() })),
  })
  .parse(JSON.parse(jsonOf('record.md')));

function jsonOf(page: string): string {
  return /```json\n([\s\S]*?)```/.exec(readFileSync(join(FOLDER, page), 'utf8'))?.[1] ?? '';
}

/** The site's keys, the greatest of these versions first. */
function keysOf(...versions: readonly number[]): readonly SiteKeyVersion[] {
  return site.master_keys
    .map(({ version, ...keys }) => ({ version, keys }))
    .filter(({ version }) => versions.includes(version))
    .toSorted((one, other) => other.version - one.version);
}

function recordNamed(name: string): CardRecord {
  const found = site.records.find((record) => record.name === name);
  const opened = found && openRecord(found.bytes, vector.card_uid, found.site_id, keysOf(vector.key_version));
  if (opened === undefined) throw new Error(`record.md has no record "${name}"`);
  return opened.record;
}

const RECORD = recordNamed('a stay');
/** Of the same site, so that the second block is the same. */
const OTHER: CardRecord = {
  ...RECORD,
  credentialId: 'ffffffff-ffff-4fff-8fff-ffffffffffff',
  issueCounter: 2,
  startsAt: (RECORD.startsAt ?? 0) + 86_400_000,
  entrances: [13, 14, 15, 16, 17],
};

function desk(settings: NonNullable<Desk['settings']> = {}, keys = keysOf(vector.key_version)): Desk {
  return { siteId: RECORD.siteId, keys, settings: { sectors: vector.sectors, ...settings } };
}

function freshCard(technology: 'mifare_classic_1k' | 'mifare_classic_4k' = 'mifare_classic_1k'): TestCard {
  return new TestCard(technology, vector.card_uid);
}

/** The rows of the table that has this heading, each as its cells. */
function table(heading: string): readonly (readonly string[])[] {
  const [, rows = ''] = PAGE.split(`| ${heading} |`);
  return (
    rows
      .split('\n\n')[0]
      ?.split('\n')
      .slice(2)
      .map((row) =>
        row
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ) ?? []
  );
}

describe('the page of MIFARE Classic', () => {
  test.each([false, true])('has the blocks that are written (directory: %s)', async (hasDirectory) => {
    const card = freshCard();
    await card.write(recordImage(RECORD), desk({ hasDirectory }));
    const expected = { ...vector.blocks, ...(hasDirectory && vector.blocks_with_directory) };
    expect(
      Object.fromEntries(Object.keys(expected).map((block) => [block, card.block(Number(block))])),
    ).toEqual(expected);
  });

  test('says how much fits', async () => {
    const sectorsOf = new Map<string, readonly number[]>([
      ['1', [1]],
      ['2', [1, 2]],
      ['3', [1, 2, 3]],
      ['4', [1, 2, 3, 4]],
      ['5, or one of 16 blocks', [1, 2, 3, 4, 5]],
      ['6 and more', [1, 2, 3, 4, 5, 6]],
    ]);
    const rows = table('sectors | record, bytes at most | entrances 1, 2, 3 ... | entrances above 255');
    expect(rows).toHaveLength(sectorsOf.size);
    for (const [name = '', bytes, low = '', high = ''] of rows) {
      const { capacityBytes } = await freshCard().inspect(desk({ sectors: sectorsOf.get(name) ?? [] }));
      expect(capacityBytes, name).toBe(Number(bytes));
      expect(low.startsWith('none') ? -1 : Number(low), name).toBe(mostEntrances(capacityBytes, 1));
      expect(high === 'none' ? -1 : Number(high), name).toBe(mostEntrances(capacityBytes, 256));
    }
    const large = await freshCard('mifare_classic_4k').inspect(desk({ sectors: [32] }));
    expect(large.capacityBytes).toBe(236);
  });

  test('says how many exchanges the work takes', async () => {
    const said = table('work | exchanges | least | what is above it').map(([work = '', exchanges]) => [
      work,
      Number(exchanges),
    ]);
    const newest = { ...desk(), keys: keysOf(1, 2) };
    const card = freshCard();
    const measured: [string, number][] = [];
    const measure = async (work: string, run: () => Promise<unknown>) => {
      await run();
      measured.push([work, card.exchanges]);
    };
    const factory = card.memory;
    await card.write(recordImage(RECORD), desk());
    await measure('inspect a card of the site', () => card.inspect(desk()));
    card.memory = factory;
    await measure('inspect a card from the factory', () => card.inspect(desk()));
    await measure('first record', () => card.write(recordImage(RECORD), desk()));
    const issued = card.memory;
    card.memory = factory;
    await measure('first record, with a directory', () =>
      card.write(recordImage(RECORD), desk({ hasDirectory: true })),
    );
    card.memory = issued;
    await measure('the same record again', () => card.write(recordImage(RECORD), desk()));
    await measure('another record (5 of its blocks differ)', () => card.write(recordImage(OTHER), desk()));
    expect(new Set(card.writes.map(([block]) => block)).size).toBe(5);
    card.memory = issued;
    await measure('another record and newer keys', () => card.write(recordImage(OTHER), newest));
    card.memory = issued;
    await measure('erase', () => card.write(BLANK, desk()));
    expect(measured).toEqual(said);
  });
});

/** How many entrances with numbers from `first` on fit a record as the page describes it; -1: not even none. */
function mostEntrances(capacityBytes: number, first: number): number {
  const [keys] = keysOf(vector.key_version);
  if (keys === undefined) throw new Error('no keys');
  const length = (count: number) =>
    sealRecord(
      {
        ...RECORD,
        issueCounter: 65_535,
        replacesLostCard: true,
        entrances: Array.from({ length: count }, (_, at) => first + at),
      },
      vector.card_uid,
      keys,
    ).length;
  let count = -1;
  while (length(count + 1) <= capacityBytes) count += 1;
  return count;
}
