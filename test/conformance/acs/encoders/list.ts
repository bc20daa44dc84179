import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/acs/encoders/list', (stand) => {
  const idsOf = (encoders: readonly { readonly acs_encoder_id: string }[]) =>
    encoders.map(({ acs_encoder_id }) => acs_encoder_id);

  test('gives every encoder to who names nothing, the system, or a list with the system', async () => {
    const { systemId: acs_system_id, encoderId, secondEncoderId } = stand.desk;
    const both = [encoderId, secondEncoderId];
    expect(idsOf(await stand.seam.acs.encoders.list())).toEqual(expect.arrayContaining(both));
    expect(idsOf(await stand.seam.acs.encoders.list({ acs_system_id }))).toEqual(
      expect.arrayContaining(both),
    );
    const ofMany = await stand.seam.acs.encoders.list({ acs_system_ids: [acs_system_id] });
    expect(idsOf(ofMany)).toEqual(expect.arrayContaining(both));
  });

  test('gives the encoders that are named, and none for no names or names of nothing', async () => {
    const { secondEncoderId } = stand.desk;
    const named = (acs_encoder_ids: string[]) => stand.seam.acs.encoders.list({ acs_encoder_ids });
    expect(idsOf(await named([secondEncoderId]))).toEqual([secondEncoderId]);
    expect(await named([])).toEqual([]);
    expect(await named([crypto.randomUUID()])).toEqual([]);
  });

  test('gives one on a page when asked so, and the others on the next pages', async () => {
    const { encoderId, secondEncoderId } = stand.desk;
    const acs_encoder_ids = [encoderId, secondEncoderId];
    const pages = stand.seam.createPaginator(stand.seam.acs.encoders.list({ acs_encoder_ids, limit: 1 }));
    const [first, { hasNextPage, nextPageCursor }] = await pages.firstPage();
    expect([idsOf(first), hasNextPage]).toEqual([[encoderId], true]);
    if (nextPageCursor === null) return expect.fail('no cursor');
    expect(idsOf((await pages.nextPage(nextPageCursor))[0])).toEqual([secondEncoderId]);
  });

  test('refuses a system that is not here', async () => {
    const acs_system_id = crypto.randomUUID();
    expect(await refused(stand.seam.acs.encoders.list({ acs_system_id }))).toBe('acs_system_not_found');
    const many = stand.seam.acs.encoders.list({ acs_system_ids: [acs_system_id] });
    expect(await refused(many)).toBe('acs_system_not_found');
  });
});
