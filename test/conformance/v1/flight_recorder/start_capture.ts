import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/flight_recorder/start_capture';

operation(path, (stand) => {
  test('captures every byte only where that is asked for, once at a time, and says so in the health', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const acs_encoder_id = stand.desk.encoderId;
    for (const with_payload of [true, false]) {
      const { body } = await stand.admin.post(path, { acs_encoder_id, with_payload, seconds: 600 });
      const { capture_id } = Object(body).capture;
      expect(await refused(stand.admin.post(path, { acs_encoder_id, with_payload }))).toBe('encoder_busy');
      const health = await stand.raw.post('/health', {});
      expect(health.body).toMatchObject({ captures: [{ acs_encoder_id, with_payload }] });
      const card = newCard();
      await story.serve(await story.scan(), card);
      await stand.admin.post('/v1/flight_recorder/stop_capture', { capture_id });
      const read = await stand.admin.post('/v1/flight_recorder/read_capture', { capture_id });
      const text = JSON.stringify(read.body).toUpperCase();
      expect(text).toContain('"KIND":"APDU"');
      expect(text.includes(card.uid.toUpperCase())).toBe(with_payload);
      expect(Object(read.body).is_over).toBe(true);
      expect(Object((await stand.raw.post('/health', {})).body).captures).toEqual([]);
    }
  });

  test('refuses an encoder that is not here, and is for administrators', async () => {
    const body = { acs_encoder_id: crypto.randomUUID() };
    expect(await refused(stand.admin.post(path, body))).toBe('acs_encoder_not_found');
    expect(await refused(stand.raw.post(path, body))).toBe('missing_scope');
  });
});
