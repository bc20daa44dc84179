import { expect, test } from 'vitest';
import { RawClient } from '../../../stories/raw-client.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/desks/replace_key';

operation(path, (stand) => {
  test('lets the desk in with the new key, and no more with the old one', async () => {
    const name = stand.word('Desk ');
    const before = await stand.admin.post('/v1/desks/add', { name });
    const after = await stand.admin.post(path, { desk: name });
    expect(Object(after.body).desk).toEqual(Object(before.body).desk);
    const hello = ({ body }: { readonly body: unknown }) =>
      new RawClient(stand.desk.url, Object(body).api_key).post('/v1/bridge/hello');
    expect(await refused(hello(before))).toBe('unauthorized');
    expect((await hello(after)).status).toBe(200);
    expect(await refused(stand.admin.post(path, { desk: 'nobody' }))).toBe('desk_not_found');
  });
});
