import { expect, test } from 'vitest';
import { StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/encoders/identify';

operation(path, (stand) => {
  test('lights an encoder up at once, and disturbs nobody who waits for a card', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { action_attempt_id } = await story.scan();
    const acs_encoder_id = stand.desk.encoderId;
    const { status, body } = await stand.raw.post(path, { acs_encoder_id, cue: 'success' });
    expect({ status, body }).toMatchObject({ status: 200, body: { lasts_ms: 3600 } });
    const waiting = await stand.raw.post('/action_attempts/get', { action_attempt_id });
    expect(waiting.body).toMatchObject({ action_attempt: { status: 'pending' } });
  });

  test('refuses an encoder that is not here', async () => {
    const body = { acs_encoder_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post(path, body))).toBe('acs_encoder_not_found');
  });
});
