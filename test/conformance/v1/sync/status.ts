import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { forget, refusedUser } from '../../refused-changes.ts';

operation('/v1/sync/status', (stand) => {
  test('says of a desk that is its own backend that there is none', async () => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await stand.raw.request(method, '/v1/sync/status', {});
      expect([status, body]).toMatchObject([
        200,
        {
          sync: {
            state: 'off',
            endpoint: null,
            protocol: null,
            waiting: expect.any(Number),
            oldest_waiting_at: null,
            problem: null,
            clock_ahead_ms: null,
            mirror: { is_walking: false, held_count: 0 },
            hint: null,
          },
        },
      ]);
    }
  });

  test('counts what is refused', async () => {
    const refused = async () => {
      const { body } = await stand.raw.post('/v1/sync/status', {});
      return Object(body).sync.refused;
    };
    const before = await refused();
    const { message_id } = await refusedUser(stand);
    expect(await refused()).toBe(before + 1);
    forget(stand, message_id);
    expect(await refused()).toBe(before);
  });

  test('is for whoever may read', async () => {
    const scanner = stand.desk.app(stand.word('scanner '), ['scan']);
    expect(await scanner.post('/v1/sync/status', {})).toMatchObject({
      status: 403,
      body: { error: { type: 'missing_scope' } },
    });
  });
});
