import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/log/list';

operation(path, (stand) => {
  test('gives the last lines, and then those that came after', async () => {
    const { body } = await stand.admin.post(path, { limit: 2 });
    const { log_lines, last_sequence } = Object(body);
    expect(log_lines.map(({ sequence }: { sequence: number }) => sequence)).toEqual([
      last_sequence - 1,
      last_sequence,
    ]);
    const after = await stand.admin.post(path, { after: last_sequence, limit: 1000 });
    const [next] = Object(after.body).log_lines;
    if (next !== undefined) expect(next.sequence).toBe(last_sequence + 1);
    const all = Object((await stand.admin.post(path, {})).body).log_lines;
    expect(all[0]).toMatchObject({ sequence: 1, level: 'info', message: expect.any(String), details: {} });
  });

  test('is for administrators', async () => {
    expect(await refused(stand.raw.post(path, {}))).toBe('missing_scope');
  });
});
