import { expect, test } from 'vitest';
import { RawClient } from '../../../stories/raw-client.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/desks/add';

operation(path, (stand) => {
  test('gives the key of a new desk, which may cross the bridge and do nothing else', async () => {
    const name = stand.word('Desk ');
    const { body } = await stand.admin.post(path, { name });
    expect(body).toMatchObject({ desk: { name, high_water_mark: 0 } });
    const desk = new RawClient(stand.desk.url, Object(body).api_key);
    expect((await desk.post('/v1/bridge/hello')).status).toBe(200);
    for (const other of ['/acs/users/list', '/v1/desks/list', '/client_sessions/create', '/devices/list']) {
      expect(await refused(desk.post(other)), other).toBe('missing_scope');
    }
    expect(await refused(stand.admin.post(path, { name }))).toBe('duplicate_desk');
    expect(await refused(stand.raw.post(path, { name }))).toBe('missing_scope');
  });
});
