import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/entrances/list', (stand) => {
  const idsOf = (entrances: readonly { readonly acs_entrance_id: string }[]) =>
    entrances.map(({ acs_entrance_id }) => acs_entrance_id);

  test('gives those that are named, that a credential opens, or that contain what is searched for', async () => {
    const display_name = stand.word('Gate ');
    const acs_entrance_id = await stand.entrance(display_name);
    await stand.entrance();
    const acs_credential_id = await stand.credential({ allowed_acs_entrance_ids: [acs_entrance_id] });
    const { acs_system_id, connected_account_id } = await stand.seam.acs.entrances.get({ acs_entrance_id });
    for (const filter of [
      { acs_entrance_ids: [acs_entrance_id, crypto.randomUUID()] },
      { acs_credential_id },
      { search: display_name.toUpperCase(), acs_system_id },
      { search: display_name, connected_account_id },
    ]) {
      expect(idsOf(await stand.seam.acs.entrances.list(filter))).toEqual([acs_entrance_id]);
    }
    expect(idsOf(await stand.seam.acs.entrances.list())).toContain(acs_entrance_id);
  });

  test('gives one on a page when asked so, and the others on the next pages', async () => {
    const search = stand.word('Floor ');
    const ids = [await stand.entrance(`${search} a`), await stand.entrance(`${search} b`)];
    const pages = stand.seam.createPaginator(stand.seam.acs.entrances.list({ search, limit: 1 }));
    const [first, { nextPageCursor }] = await pages.firstPage();
    if (nextPageCursor === null) return expect.fail('no cursor');
    const [second, { hasNextPage }] = await pages.nextPage(nextPageCursor);
    expect([...idsOf(first), ...idsOf(second), hasNextPage]).toEqual([...ids, false]);
  });

  test('gives none for what a desk does not have: spaces, customers, other accounts', async () => {
    const unknown = crypto.randomUUID();
    for (const filter of [
      { space_id: unknown },
      { customer_key: 'x' },
      { connected_account_id: unknown },
      { acs_entrance_ids: [] },
      { location_id: unknown },
    ]) {
      const { body } = await stand.raw.post('/acs/entrances/list', filter);
      expect(body).toMatchObject({ acs_entrances: [] });
    }
  });

  test('refuses a system and a credential that are not here', async () => {
    const unknown = crypto.randomUUID();
    const list = (filter: object) => refused(stand.seam.acs.entrances.list(filter));
    expect(await list({ acs_system_id: unknown })).toBe('acs_system_not_found');
    expect(await list({ acs_credential_id: unknown })).toBe('acs_credential_not_found');
  });
});
