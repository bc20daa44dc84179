import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/access_groups/update', (stand) => {
  test('changes what is given, and leaves the rest', async () => {
    const [first, second] = [await stand.entrance(), await stand.entrance()];
    const acs_access_group_id = await stand.group({ acs_entrance_ids: [first] });
    const name = stand.word('Crew ');
    const opened = async () =>
      (await stand.seam.acs.accessGroups.listAccessibleEntrances({ acs_access_group_id })).map(
        ({ acs_entrance_id }) => acs_entrance_id,
      );
    const renamed = await stand.raw.request('PATCH', '/v1/access_groups/update', {
      body: { acs_access_group_id, name },
    });
    expect(renamed).toMatchObject({ status: 200, body: { acs_access_group: { name } } });
    expect(await opened()).toEqual([first]);
    const body = { acs_access_group_id, acs_entrance_ids: [second] };
    expect(await stand.raw.post('/v1/access_groups/update', body)).toMatchObject({ status: 200 });
    expect(await opened()).toEqual([second]);
    expect(await stand.seam.acs.accessGroups.get({ acs_access_group_id })).toMatchObject({ name });
  });

  test('refuses what is not here, and a name that is taken', async () => {
    const [name, unknown] = [stand.word('Staff '), crypto.randomUUID()];
    await stand.group({ name });
    const acs_access_group_id = await stand.group();
    const update = (body: object) => refused(stand.raw.post('/v1/access_groups/update', body));
    expect(await update({ acs_access_group_id: unknown })).toBe('acs_access_group_not_found');
    expect(await update({ acs_access_group_id, name })).toBe('duplicate_access_group');
    expect(await update({ acs_access_group_id, acs_entrance_ids: [unknown] })).toBe('acs_entrance_not_found');
  });
});
