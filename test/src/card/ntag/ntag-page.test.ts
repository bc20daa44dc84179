import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { RECORD_OVERHEAD_BYTES } from '../../../../src/card/ntag/tag-area.ts';
import { areaBytesOf, tagLayoutOf } from '../../../../src/card/ntag/tag-layout.ts';
import { openRecord, sealRecord } from '../../../../src/card/record.ts';
import { KEY_PURPOSES, type SiteKeyVersion } from '../../../../src/card/site-keys.ts';
import type { CardRecord } from '../../../../src/model/card-record.ts';
import { CardOnReader, recordImage, type Site } from './ntag-bed.ts';

/** docs/card-formats/ntag.md is what locks are built from: what it shows is what the code does. */
const FOLDER = join(import.meta.dirname, '../../../../docs/card-formats');
const PAGE = readFileSync(join(FOLDER, 'ntag.md'), 'utf8');

const hex = z.string().regex(/^([0-9A-F]{2})+$/);
const vector = z
  .strictObject({
    card_uid: hex,
    key_version: z.int(),
    cards: z
      .array(
        z.strictObject({
          technology: z.enum(['ntag213', 'mifare_ultralight_ev1_128']),
          pages: z.record(z.string().regex(/^\d+$/), hex.length(8)),
        }),
      )
      .length(2),
  })
  .parse(JSON.parse(jsonOf('ntag.md')));
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

const KEYS: readonly SiteKeyVersion[] = site.master_keys
  .map(({ version, ...keys }) => ({ version, keys }))
  .filter(({ version }) => version === vector.key_version);

function aStay(): { readonly record: CardRecord; readonly on: Site } {
  const found = site.records.find(({ name }) => name === 'a stay');
  const opened = found && openRecord(found.bytes, vector.card_uid, found.site_id, KEYS);
  if (found === undefined || opened === undefined) throw new Error('record.md has no record "a stay"');
  return { record: opened.record, on: { siteId: found.site_id, keys: KEYS } };
}

test.each(vector.cards)(
  'an $technology holds the pages that are shown, and no others were written',
  async ({ technology, pages }) => {
    const { record, on } = aStay();
    const card = new CardOnReader(technology, undefined, undefined, vector.card_uid);
    const expected = card.memory;
    for (const [page, bytes] of Object.entries(pages)) expected.set(fromHex(bytes), Number(page) * 4);
    await card.write(recordImage(record), on);
    expect(toHex(card.memory)).toBe(toHex(expected));
  },
);

/** The table of what fits: card, bytes, entrances by where their numbers begin. */
test.each([
  { row: 'MF0UL21', technologies: ['mifare_ultralight_ev1_128'], control: 0 },
  { row: 'NTAG213', technologies: ['ntag213'], control: 5 },
  { row: 'Ultralight C', technologies: ['mifare_ultralight_c'], control: 0 },
  { row: 'NTAG215, NTAG216', technologies: ['ntag215', 'ntag216'], control: 0 },
] as const)('as many entrances fit on $row as the page says', ({ row, technologies, control }) => {
  const [bytes, ...entrances] = (new RegExp(`^\\| ${row} \\|(.*)\\|$`, 'm').exec(PAGE)?.[1] ?? '')
    .split('|')
    .map(Number);
  expect(entrances).toHaveLength(3);
  for (const technology of technologies) {
    expect(areaBytesOf(tagLayoutOf(technology)) - control - RECORD_OVERHEAD_BYTES).toBe(bytes);
  }
  for (const [at, first] of [1, 24, 256].entries())
    expect(mostEntrances(first, bytes ?? 0)).toBe(entrances[at]);
});

test('the type is written out byte by byte', () => {
  expect(PAGE).toContain(toHex(Buffer.from('encoderd.dev:c')).replace(/..(?=.)/g, '$& '));
});

function mostEntrances(first: number, bytes: number): number {
  const { record } = aStay();
  const length = (count: number) => {
    const entrances = Array.from({ length: count }, (_, at) => at + first);
    return sealRecord({ ...record, entrances }, vector.card_uid, keyVersion()).length;
  };
  let count = 0;
  while (length(count + 1) <= bytes) count += 1;
  return count;
}

function keyVersion(): SiteKeyVersion {
  const [only] = KEYS;
  if (only === undefined) throw new Error('record.md has no keys of this version');
  return only;
}
