import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/access_groups/create', (stand) => {
  test('makes a group that opens these entrances', async () => {
    const [name, acs_entrance_id] = [stand.word('Staff '), await stand.entrance()];
    const body = { name: ` ${name}\t`, acs_entrance_ids: [acs_entrance_id] };
    const answer = await stand.raw.post('/v1/access_groups/create', body);
    expect(answer).toMatchObject({ status: 200, body: { acs_access_group: { name, display_name: name } } });
    const [group] = await stand.seam.acs.accessGroups.list({ search: name });
    const acs_access_group_id = group?.acs_access_group_id ?? '';
    expect(await stand.seam.acs.accessGroups.listAccessibleEntrances({ acs_access_group_id })).toMatchObject([
      { acs_entrance_id },
    ]);
  });

  test('refuses a name that is taken or none, and an entrance that is not here', async () => {
    const name = stand.word('Staff ');
    await stand.group({ name });
    const create = (body: object) => refused(stand.raw.post('/v1/access_groups/create', body));
    expect(await create({ name })).toBe('duplicate_access_group');
    expect(await create({ name: ' ' })).toBe('invalid_input');
    expect(await create({})).toBe('invalid_input');
    expect(await create({ name: stand.word('A'), acs_entrance_ids: [crypto.randomUUID()] })).toBe(
      'acs_entrance_not_found',
    );
  });
});
