import { expect, test } from 'vitest';
import { StoryDesk } from '../../stories/story-desk.ts';
import { operation } from '../conformance.ts';

operation('/action_attempts/list', (stand) => {
  test('gives the attempts that are named, in the order in which they were made', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const first = (await story.scan()).action_attempt_id;
    const second = (await story.assign({ acs_user_id: await stand.user() })).action_attempt_id;
    const list = await stand.seam.actionAttempts.list({ action_attempt_ids: [second, first] });
    expect(list.map(({ action_attempt_id }) => action_attempt_id)).toEqual([first, second]);
    expect(await stand.seam.actionAttempts.list({ action_attempt_ids: [] })).toEqual([]);
    expect(await stand.seam.actionAttempts.list({ action_attempt_ids: [crypto.randomUUID()] })).toEqual([]);
  });

  test('gives pages of all attempts', async () => {
    await using story = await StoryDesk.open(stand.desk);
    await story.scan();
    await story.assign({ acs_user_id: await stand.user() });
    const { body } = await stand.raw.request('GET', '/action_attempts/list', { query: 'limit=1' });
    expect(body).toMatchObject({ action_attempts: [{}], pagination: { has_next_page: true } });
  });

  test('knows no attempt of a device', async () => {
    const query = `device_id=${crypto.randomUUID()}`;
    const { body } = await stand.raw.request('GET', '/action_attempts/list', { query });
    expect(body).toMatchObject({ action_attempts: [], pagination: { has_next_page: false } });
  });
});
