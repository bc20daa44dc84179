import { expect, test } from 'vitest';
import { RawClient } from '../../../stories/raw-client.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/desks/remove';

operation(path, (stand) => {
  test('refuses the desk from now on', async () => {
    const name = stand.word('Desk ');
    const { body } = await stand.admin.post('/v1/desks/add', { name });
    const desk = new RawClient(stand.desk.url, Object(body).api_key);
    expect((await desk.post('/v1/bridge/hello')).status).toBe(200);
    expect((await stand.admin.post(path, { desk: Object(body).desk.desk_id })).status).toBe(200);
    expect(await refused(desk.post('/v1/bridge/hello'))).toBe('unauthorized');
    expect(await refused(stand.admin.post(path, { desk: name }))).toBe('desk_not_found');
    expect((await stand.admin.post('/v1/desks/add', { name })).status).toBe(200);
  });
});
