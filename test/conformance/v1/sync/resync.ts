import { expect, test } from 'vitest';
import { operation } from '../../conformance.ts';

operation('/v1/sync/resync', (stand) => {
  test('is refused where the desk is its own backend, with how to get one', async () => {
    expect(await stand.raw.post('/v1/sync/resync', {})).toMatchObject({
      status: 400,
      body: { error: { type: 'bad_request', message: expect.stringContaining('encoderctl pair URL') } },
    });
  });

  test('is for whoever may manage', async () => {
    const reader = stand.desk.app(stand.word('reader '), ['read']);
    for (const path of ['resync', 'retry', 'drop', 'take_theirs', 'refused']) {
      expect(await reader.post(`/v1/sync/${path}`, {}), path).toMatchObject({ status: 403 });
    }
  });
});
