import { expect, test } from 'vitest';
import { type Desk, openDeskFirst } from '../../stories/desk.ts';
import { newCard, StoryDesk } from '../../stories/story-desk.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

test('attempts of kinds that Seam does not have are given to those who ask for them, and stand in no list', async () => {
  await using story = await StoryDesk.open(desk);
  const scan = await story.serve(await story.scan(), newCard());
  const erase = await story.serve(await story.erase(), newCard());
  const inspect = await story.serve(await story.inspect(), newCard());
  expect(erase).toMatchObject({ action_type: 'ERASE_CARD', status: 'success' });
  const idsIn = async (filter: object) =>
    Object((await desk.raw.post('/action_attempts/list', filter)).body).action_attempts.map(
      (one: object) => Object(one).action_attempt_id,
    );
  expect(await idsIn({})).toEqual([scan.action_attempt_id]);
  expect(await desk.seam.actionAttempts.list()).toHaveLength(1);
  for (const { action_attempt_id } of [erase, inspect]) {
    const { body } = await desk.raw.post('/action_attempts/get', { action_attempt_id });
    expect(body).toMatchObject({ action_attempt: { action_attempt_id } });
  }
});
