import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'vitest';
import { z } from 'zod';
import { type Desk, openDeskFirst } from '../stories/desk.ts';
import { LISTINGS, type Listing } from './listings.ts';

const isThorough = process.env['CI'] === 'true';

const given = process.env['SEED'] ?? (isThorough ? '20261122' : undefined);

const SEED = given === undefined ? {} : { seed: Number(given) };

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

/** What happens between two pages. */
const change = fc.oneof(
  fc.record({ does: fc.constant('insert' as const) }),
  fc.record({ does: fc.constant('delete' as const), which: fc.nat({ max: 11 }) }),
);

const walk = fc.record({
  rows: fc.integer({ min: 0, max: 8 }),
  limit: fc.integer({ min: 1, max: 3 }),
  /** For each page, what happens before the next one. */
  changes: fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 12, size: 'max' }),
});

type Walk = typeof walk extends fc.Arbitrary<infer T> ? T : never;

const row = z.record(z.string(), z.unknown());
const paged = z.looseObject({
  pagination: z.object({ has_next_page: z.boolean(), next_page_cursor: z.string().nullable() }),
});

/** Reads one list page by page while rows come and go. */
async function turnPages(listing: Listing, { rows, limit, changes }: Walk): Promise<void> {
  const scope = await listing.scope(desk);
  const made: string[] = [];
  const add = async () => made.push(await scope.insert());
  for (let at = 0; at < rows; at += 1) await add();
  const before = [...made];
  const gone = new Set<string>();
  const seen: unknown[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 2000; page += 1) {
    const answer: object = await desk.raw.ask(
      listing.path,
      { ...scope.filter, limit, ...(cursor === null ? {} : { page_cursor: cursor }) },
      paged,
    );
    const { pagination } = paged.parse(answer);
    const found = z.looseObject({ [listing.key]: z.array(row) }).parse(answer)[listing.key] ?? [];
    assert.ok(found.length <= limit);
    assert.equal(pagination.has_next_page, pagination.next_page_cursor !== null);
    if (pagination.has_next_page) assert.equal(found.length, limit, 'a page before the last is full');
    seen.push(...found.map((each) => each[listing.id]));
    cursor = pagination.next_page_cursor;
    if (cursor === null) break;
    for (const each of changes[page] ?? []) {
      const victim = each.does === 'delete' ? made[each.which % made.length] : undefined;
      if (each.does === 'insert') await add();
      else if (victim !== undefined && scope.remove !== null && !gone.has(victim)) {
        await scope.remove(victim);
        gone.add(victim);
      }
    }
  }
  assert.equal(cursor, null, 'the list ends');
  assert.equal(new Set(seen).size, seen.length, 'no row comes twice');
  const throughout = before.filter((id) => !gone.has(id));
  assert.deepEqual(
    seen.filter((id) => throughout.includes(String(id))),
    throughout,
    'and none is left out',
  );
  const ours = seen.filter((id) => made.includes(String(id)));
  assert.deepEqual(
    ours,
    made.filter((id) => ours.includes(id)),
    'in the order in which they were made',
  );
}

test.each(LISTINGS.map((listing) => ({ ...listing, by: listing.by ?? 'rows' })))(
  '$path by $by gives each row once, whatever comes and goes between pages',
  async (listing) => {
    await fc.assert(
      fc.asyncProperty(walk, (drawn) => turnPages(listing, drawn)),
      { numRuns: isThorough ? 20 : 5, ...SEED },
    );
  },
);
