import { expect, test } from 'vitest';
import { operations } from '../../src/api/routes/index.ts';
import type { Stand } from './stand.ts';

interface Page {
  readonly ids: readonly string[];
  readonly cursor: string | null;
}

/** A page, with the ids of its rows. */
async function pageOf(stand: Stand, path: string, parameters: object): Promise<Page> {
  const { status, body } = await stand.raw.post(path, parameters);
  if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  const { pagination, ok: _, ...lists } = Object(body);
  const [rows = []] = Object.values<readonly object[]>(lists);
  // Each row begins with its own id.
  const idOf = (row: object) => String(Object.entries(row).find(([key]) => key.endsWith('_id'))?.[1]);
  return { ids: rows.map(idOf), cursor: pagination.next_page_cursor };
}

/** Every id, from the first page to the last; `between` happens after each page but the last. */
async function leafThrough(
  stand: Stand,
  path: string,
  parameters: object,
  between = async () => {},
): Promise<string[]> {
  let page = await pageOf(stand, path, parameters);
  const ids = [...page.ids];
  while (page.cursor !== null) {
    await between();
    page = await pageOf(stand, path, { ...parameters, page_cursor: page.cursor });
    ids.push(...page.ids);
  }
  return ids;
}

const paginated = operations
  .filter(({ input }) => 'page_cursor' in Object(Object(input).shape))
  .map(({ path }) => path);

/** A list that can be asked for some rows only, and how they come and go. */
interface Shelf {
  readonly path: string;
  readonly prepare: () => Promise<{ readonly filter: object; readonly make: () => Promise<string> }>;
  readonly remove: (id: string) => Promise<unknown>;
}

const shelvesOf = (stand: Stand): readonly Shelf[] => [
  {
    path: '/acs/users/list',
    prepare: async () => {
      const full_name = stand.word('Page ');
      return { filter: { search: full_name }, make: () => stand.user({ full_name }) };
    },
    remove: (acs_user_id) => stand.raw.post('/acs/users/delete', { acs_user_id }),
  },
  {
    path: '/acs/credentials/list',
    prepare: async () => {
      const filter = { acs_user_id: await stand.user() };
      return {
        filter,
        make: () => stand.credential({ ...filter, access_method: 'code', code: stand.pin() }),
      };
    },
    remove: (acs_credential_id) => stand.raw.post('/acs/credentials/delete', { acs_credential_id }),
  },
  {
    path: '/acs/entrances/list',
    prepare: async () => {
      const name = stand.word('Hall ');
      return { filter: { search: name }, make: () => stand.entrance(stand.word(`${name} `)) };
    },
    remove: (acs_entrance_id) => stand.raw.post('/v1/entrances/delete', { acs_entrance_id }),
  },
  {
    path: '/user_identities/list',
    prepare: async () => {
      const full_name = stand.word('Leaf ');
      return { filter: { search: full_name }, make: () => stand.identity({ full_name }) };
    },
    remove: (user_identity_id) => stand.raw.post('/user_identities/delete', { user_identity_id }),
  },
];

/** That lists with pages have each row once, whatever comes and goes. */
export function testPages(stand: Stand): void {
  test('every list has the same rows in the same order on pages of one, two and three as at once', async () => {
    expect(paginated.length).toBeGreaterThan(6);
    for (const path of paginated) {
      const { ids } = await pageOf(stand, path, {});
      expect(new Set(ids).size, path).toBe(ids.length);
      for (const limit of [1, 2, 3]) expect(await leafThrough(stand, path, { limit }), path).toEqual(ids);
    }
  });

  test.each(shelvesOf(stand))(
    '$path: rows that come and go between pages leave each other once',
    async ({ path, prepare, remove }) => {
      for (const limit of [1, 2, 3]) {
        const { filter, make } = await prepare();
        const ids: string[] = [];
        for (let row = 0; row < 6; row += 1) ids.push(await make());
        const [first, second, third, fourth, fifth, last] = ids;
        let come = '';
        const seen = await leafThrough(stand, path, { ...filter, limit }, async () => {
          if (come !== '') return;
          // One that was seen, one that was not, and a new one.
          for (const id of [first, fifth]) await remove(id ?? '');
          come = await make();
        });
        expect(seen, `limit ${limit}`).toEqual([first, second, third, fourth, last, come]);
      }
    },
  );
}
