import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/users/list', (stand) => {
  const idsOf = (users: readonly { readonly acs_user_id: string }[]) =>
    users.map(({ acs_user_id }) => acs_user_id);

  test('gives the users that contain what is searched for, a page at a time', async () => {
    const search = stand.word('Söderström');
    const ids = [];
    for (const name of ['Ada', 'Grace', 'Edith'])
      ids.push(await stand.user({ full_name: `${name} ${search}` }));
    const request = stand.seam.acs.users.list({ search: search.toUpperCase(), limit: 2 });
    const pages = stand.seam.createPaginator(request);
    const [first, { nextPageCursor }] = await pages.firstPage();
    if (nextPageCursor === null) return expect.fail('no cursor');
    const [second, { hasNextPage }] = await pages.nextPage(nextPageCursor);
    expect([idsOf(first), idsOf(second), hasNextPage]).toEqual([ids.slice(0, 2), ids.slice(2), false]);
  });

  test('gives those of an identity, by its id, e-mail address or phone number', async () => {
    const email_address = `${stand.word('ada')}@example.com`;
    const phone_number = `+49${stand.pin()}`;
    const user_identity_id = await stand.identity({ email_address, phone_number });
    const acs_user_id = await stand.user({ user_identity_id });
    const { systemId: acs_system_id } = stand.desk;
    const user = await stand.seam.acs.users.get({ acs_user_id });
    expect(user).toMatchObject({
      user_identity_email_address: email_address,
      user_identity_phone_number: phone_number,
    });
    for (const filter of [
      { user_identity_id, acs_system_id },
      { user_identity_email_address: email_address },
      { user_identity_email_address: email_address.toUpperCase() },
      { user_identity_phone_number: phone_number },
      { search: email_address },
      { search: phone_number.slice(1) },
      { search: user_identity_id },
    ]) {
      expect(await stand.seam.acs.users.list(filter)).toEqual([user]);
    }
    const [mixed, nobody] = [
      { user_identity_id, user_identity_email_address: 'nobody@example.com' },
      { user_identity_id: crypto.randomUUID() },
    ];
    expect(await stand.seam.acs.users.list(mixed)).toEqual([]);
    expect(await stand.seam.acs.users.list(nobody)).toEqual([]);
  });

  test('gives those that were made before a time', async () => {
    const search = stand.word('Early');
    const acs_user_id = await stand.user({ full_name: search });
    const { created_at } = await stand.seam.acs.users.get({ acs_user_id });
    const madeBefore = (time: number) =>
      stand.seam.acs.users.list({ search, created_before: new Date(time).toISOString() });
    expect(idsOf(await madeBefore(Date.parse(created_at) + 1))).toEqual([acs_user_id]);
    expect(await madeBefore(Date.parse(created_at))).toEqual([]);
  });

  test('refuses a system that is not here', async () => {
    const acs_system_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.users.list({ acs_system_id }))).toBe('acs_system_not_found');
  });
});
