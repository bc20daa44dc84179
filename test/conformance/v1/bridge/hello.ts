import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/hello';

operation(path, (stand) => {
  test('tells a paired desk who the site is, and where its news begin', async () => {
    const before = Date.now();
    const { body } = await stand.pairedDesk().post(path, { time: Date.now() });
    expect(body).toMatchObject({
      acs_system_id: stand.desk.systemId,
      desk_id: expect.any(String),
      high_water_mark: 0,
      cursor: expect.any(String),
      ok: true,
    });
    expect(Object(body).time).toBeGreaterThanOrEqual(before);
  });

  test('is for the keys of paired desks only', async () => {
    expect(await refused(stand.raw.post(path))).toBe('missing_scope');
    expect(await refused(stand.admin.post(path))).toBe('not_a_desk');
  });
});
