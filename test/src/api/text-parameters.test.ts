import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const post = async (path: string, body: object) => await desk.raw.post(path, body);
const LIMIT = 'Expected at most 500 characters, and no control characters or halves of characters';

describe.each([
  ['/acs/users/create', 'full_name'],
  ['/user_identities/create', 'full_name'],
  ['/user_identities/create', 'user_identity_key'],
])('in %s %s', (path, parameter) => {
  const create = (text: string) =>
    post(path, { acs_system_id: desk.systemId, full_name: 'Ada', [parameter]: text });

  test('has up to 500 characters, whatever each takes', async () => {
    expect(await create('🗝'.repeat(500))).toMatchObject({ status: 200 });
    expect(await create(` ${'x'.repeat(500)} `)).toMatchObject({ status: 200 });
  });

  test.each(['x'.repeat(501), 'Ada\n', 'Ada\u0000', 'A\tda', 'Ada\u2028Lovelace', '\ud83d', 'Ada \udddd'])(
    'is not %j',
    async (text) => {
      // The end of a line at an end is trimmed away.
      const inside = `${text}x`;
      expect(await create(inside)).toMatchObject({
        status: 400,
        body: { error: { type: 'invalid_input', message: `${LIMIT} for "${parameter}"` } },
      });
    },
  );
});

test('a name that was typed in pieces finds the one that is whole', async () => {
  await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'Žofie Müller' });
  for (const form of ['NFC', 'NFD'])
    for (const search of ['žofie m', 'MÜLL'])
      expect(await desk.seam.acs.users.list({ search: search.normalize(form) })).toMatchObject([
        { full_name: 'Žofie Müller' },
      ]);
});

test('an id in upper case names the same thing; what is no id stays as it is', async () => {
  const user_identity = await desk.seam.userIdentities.create({ full_name: 'Grace' });
  const { user_identity_id } = user_identity;
  const upper = user_identity_id.toUpperCase();
  expect(await desk.seam.userIdentities.get({ user_identity_id: upper })).toEqual(user_identity);
  expect(await desk.seam.userIdentities.list({ user_identity_ids: [upper] })).toEqual([user_identity]);
  const { acs_user_id } = await desk.seam.acs.users.create({
    ...{ acs_system_id: desk.systemId.toUpperCase(), full_name: 'Grace', user_identity_id: upper },
  });
  expect(await desk.seam.acs.users.list({ search: upper })).toMatchObject([{ acs_user_id }]);
  expect(await post('/acs/users/get', { acs_user_id: 'X-1' })).toMatchObject({
    status: 404,
    body: { error: { message: 'There is no user X-1 here.' } },
  });
});
