import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/news';
const place = z.object({ cursor: z.string() });

operation(path, (stand) => {
  test('gives what changed since a place, as it is now, and where it goes on', async () => {
    const desk = stand.pairedDesk();
    const { cursor } = await desk.ask('/v1/bridge/hello', {}, place);
    const id = await stand.user();
    const full_name = stand.word('Renamed ');
    await stand.seam.acs.users.update({ acs_user_id: id, full_name });
    const { body } = await desk.post(path, { cursor });
    expect(body).toMatchObject({
      items: [{ kind: 'acs_user', id, state: { fullName: full_name } }],
      has_more: false,
    });
    await stand.seam.acs.users.delete({ acs_user_id: id });
    const next = await desk.post(path, { cursor: Object(body).cursor });
    expect(next.body).toMatchObject({ items: [{ kind: 'acs_user', id, state: null }] });
    const last = await desk.post(path, { cursor: Object(next.body).cursor });
    expect(last.body).toMatchObject({ items: [], cursor: Object(next.body).cursor });
  });

  test('knows a place that is not in its history', async () => {
    const desk = stand.pairedDesk();
    const { cursor } = await desk.ask('/v1/bridge/hello', {}, place);
    const [epoch, sequence] = cursor.split(':');
    for (const wrong of ['x', '', `00.00:${sequence}`, `${epoch}:999999999`]) {
      expect(await refused(desk.post(path, { cursor: wrong })), wrong).toBe('history_differs');
    }
    expect(await refused(stand.raw.post(path, { cursor }))).toBe('missing_scope');
  });
});
