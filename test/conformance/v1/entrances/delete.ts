import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

operation('/v1/entrances/delete', (stand) => {
  test('removes the entrance, and tells of it', async () => {
    const acs_entrance_id = await stand.entrance();
    const acs_credential_id = await stand.credential({ allowed_acs_entrance_ids: [acs_entrance_id] });
    const query = `acs_entrance_id=${acs_entrance_id}`;
    expect(await stand.raw.request('DELETE', '/v1/entrances/delete', { query })).toMatchObject({
      status: 200,
    });
    expect(await refused(stand.raw.post('/v1/entrances/delete', { acs_entrance_id }))).toBe(
      'acs_entrance_not_found',
    );
    expect(await stand.seam.acs.credentials.listAccessibleEntrances({ acs_credential_id })).toEqual([]);
    const events = await stand.seam.events.list({ since: '2000-01-01T00:00:00Z', acs_entrance_id });
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'acs_entrance.added',
      'acs_entrance.removed',
    ]);
  });
});
