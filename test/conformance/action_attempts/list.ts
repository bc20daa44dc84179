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

  test('gives the newest first, of one encoder, of every kind, and none from before', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const first = (await story.scan()).action_attempt_id;
    const second = (await story.inspect()).action_attempt_id;
    const list = async (parameters: object) => {
      const terms = { order: 'newest_first', acs_encoder_id: stand.desk.encoderId, ...parameters };
      const { body } = await stand.raw.post('/action_attempts/list', terms);
      const ids = Object(body).action_attempts.map(
        (one: { action_attempt_id: string }) => one.action_attempt_id,
      );
      return { ids, cursor: Object(body).pagination.next_page_cursor };
    };
    const newest = await list({ all_kinds: true, limit: 1 });
    expect(newest.ids).toEqual([second]);
    expect((await list({ all_kinds: true, limit: 1, page_cursor: newest.cursor })).ids).toEqual([first]);
    expect((await list({})).ids[0]).toBe(first);
    const { created_at: created_after } = await story.look(second);
    expect((await list({ all_kinds: true, created_after })).ids).toEqual([]);
    const created = (await story.look(first)).created_at;
    expect((await list({ all_kinds: true, created_after: created })).ids).not.toContain(first);
    expect((await list({ all_kinds: true, acs_encoder_id: stand.desk.secondEncoderId })).ids).not.toContain(
      first,
    );
  });

  test('knows no attempt of a device', async () => {
    const query = `device_id=${crypto.randomUUID()}`;
    const { body } = await stand.raw.request('GET', '/action_attempts/list', { query });
    expect(body).toMatchObject({ action_attempts: [], pagination: { has_next_page: false } });
  });
});
