import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/flight_recorder/stop_capture';

operation(path, (stand) => {
  test('refuses a capture that there is not, and is for administrators', async () => {
    const body = { capture_id: crypto.randomUUID() };
    expect(await refused(stand.admin.post(path, body))).toBe('not_found');
    expect(await refused(stand.raw.post(path, body))).toBe('missing_scope');
  });
});
