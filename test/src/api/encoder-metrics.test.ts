import { expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';
import { StoryDesk } from '../../stories/story-desk.ts';

test('/metrics tells of each encoder how many commands it was given, and how it is', async () => {
  await using desk = await Desk.open();
  await using story = await StoryDesk.open(desk);
  const before = await desk.raw.request('GET', '/metrics');
  const { action_attempt_id } = await story.scan();
  await desk.placeCard({ technology: 'ntag213', uid: '04112233445566' });
  await story.end(action_attempt_id);
  const after = await desk.raw.request('GET', '/metrics');
  const exchanges = (text: unknown) =>
    Number(
      new RegExp(
        `^encoderd_encoder_exchanges_total{acs_encoder_id="${desk.encoderId}",driver="virtual"} (\\d+)$`,
        'm',
      ).exec(String(text))?.[1],
    );
  expect(exchanges(before.body)).toBe(0);
  expect(exchanges(after.body)).toBeGreaterThan(0);
  expect(after.body).toContain(
    `encoderd_encoder_health{acs_encoder_id="${desk.encoderId}",driver="virtual",word="unknown"} 1`,
  );
});
