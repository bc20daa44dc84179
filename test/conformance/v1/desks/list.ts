import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/desks/list';

operation(path, (stand) => {
  test('shows the paired desks, when they were seen and how their clocks go, and no key', async () => {
    const name = stand.word('Desk ');
    const made = await stand.admin.post('/v1/desks/add', { name });
    const { api_key } = Object(made.body);
    const authorization = `Bearer ${api_key}`;
    await stand.raw.post('/v1/bridge/hello', { time: Date.now() + 3_600_000 }, { authorization });
    const { body } = await stand.admin.post(path);
    const desk = Object(body).desks.find((one: unknown) => Object(one).name === name);
    expect(desk).toMatchObject({ desk_id: expect.any(String), last_seen_at: expect.any(String) });
    expect(desk.skew_seconds).toBeGreaterThan(3590);
    expect(JSON.stringify(body)).not.toContain(api_key);
    expect(await refused(stand.raw.post(path))).toBe('missing_scope');
  });
});
