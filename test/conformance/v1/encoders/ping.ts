import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/encoders/ping';

operation(path, (stand) => {
  test('says what an encoder was asked, what it answered, and how long that took', async () => {
    const { status, body } = await stand.raw.post(path, {
      acs_encoder_id: stand.desk.encoderId,
      count: 3,
    });
    expect(status).toBe(200);
    const { pings } = Object(body);
    expect(pings).toHaveLength(3);
    expect(pings[0]).toMatchObject({ asked: expect.any(String), said: expect.stringContaining('is there') });
  });

  test('refuses an encoder that is not here', async () => {
    const body = { acs_encoder_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post(path, body))).toBe('acs_encoder_not_found');
  });
});
