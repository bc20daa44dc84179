import { expect, test } from 'vitest';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/user_identities/list', (stand) => {
  test('gives those that are named, were made before a time, or contain what is searched for', async () => {
    const full_name = stand.word('Müller ');
    const user_identity_id = await stand.identity({ full_name });
    const identity = await stand.seam.userIdentities.get({ user_identity_id });
    const time = (milliseconds: number) =>
      new Date(Date.parse(identity.created_at) + milliseconds).toISOString();
    for (const filter of [
      { user_identity_ids: [user_identity_id, crypto.randomUUID()] },
      { search: full_name.toUpperCase() },
      { search: full_name, created_before: time(1) },
    ]) {
      expect(await stand.seam.userIdentities.list(filter)).toEqual([identity]);
    }
    expect(await stand.seam.userIdentities.list({ search: full_name, created_before: time(0) })).toEqual([]);
    expect(await stand.seam.userIdentities.list({ user_identity_ids: [] })).toEqual([]);
  });

  test('gives those that have a user where credentials are managed', async () => {
    const search = stand.word('Phone user ');
    const [first, second] = [
      await stand.identity({ full_name: `${search} a` }),
      await stand.identity({ full_name: `${search} b` }),
    ];
    const acs_user_id = await stand.user({ user_identity_id: second });
    expect(await stand.seam.userIdentities.list({ search })).toMatchObject([
      { user_identity_id: first, acs_user_ids: [] },
      { user_identity_id: second, acs_user_ids: [acs_user_id] },
    ]);
    const here = { search, credential_manager_acs_system_id: stand.desk.systemId };
    expect(await stand.seam.userIdentities.list(here)).toMatchObject([{ user_identity_id: second }]);
    const elsewhere = { credential_manager_acs_system_id: crypto.randomUUID() };
    expect(await refused(stand.seam.userIdentities.list(elsewhere))).toBe('acs_system_not_found');
  });

  test('gives one on a page when asked so, and the others on the next pages', async () => {
    const search = stand.word('Paged ');
    const ids = [
      await stand.identity({ full_name: `${search} a` }),
      await stand.identity({ full_name: `${search} b` }),
    ];
    const list = (page: object) => stand.raw.post('/user_identities/list', { search, limit: 1, ...page });
    const first = Object((await list({})).body);
    const { next_page_cursor: page_cursor } = first.pagination;
    const second = Object((await list({ page_cursor })).body);
    const found = [...first.user_identities, ...second.user_identities];
    expect(found.map((identity) => identity.user_identity_id)).toEqual(ids);
    expect(second.pagination).toMatchObject({ has_next_page: false });
  });
});
