import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';

operation('/v1/audit_log/list', (stand) => {
  test('tells who did what, page by page, to those who may do everything', async () => {
    const acs_entrance_id = await stand.entrance();
    const list = async (parameters: object) =>
      Object((await stand.admin.post('/v1/audit_log/list', parameters)).body);
    const { audit_entries, last_sequence, head } = await list({});
    const made = Object(
      audit_entries.find(
        (entry: object) => Object(Object(entry).subject).acs_entrance_id === acs_entrance_id,
      ),
    );
    expect(made).toMatchObject({
      action: '/v1/entrances/create',
      actor: { kind: 'api_key', id: expect.any(String), name: expect.any(String) },
      hash: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(audit_entries.at(-1)).toMatchObject({ sequence: last_sequence, hash: head });
    const { audit_entries: rest } = await list({ after: made.sequence - 1, limit: 1 });
    expect(rest).toEqual([made]);
    expect((await stand.raw.post('/v1/audit_log/list', {})).status).toBe(403);
  });
});
