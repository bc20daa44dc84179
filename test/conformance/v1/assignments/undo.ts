import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../../stories/story-desk.ts';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/assignments/undo';

operation(path, (stand) => {
  test('forgets a card that was new, once', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { action_attempt_id } = await story.serve(
      await story.assign({ acs_user_id: await stand.user() }),
      newCard(),
    );
    const { result } = await story.look(action_attempt_id);
    expect((await stand.raw.post(path, { action_attempt_id })).body).toEqual({
      ...{ ok: true, acs_credential: null },
    });
    const body = { acs_credential_id: Object(result).acs_credential_id };
    expect(await refused(stand.raw.post('/acs/credentials/get', body))).toBe('acs_credential_not_found');
    expect(await stand.raw.post(path, { action_attempt_id })).toMatchObject({
      status: 409,
      body: { error: { type: 'not_undoable', data: { reason: 'gone' } } },
    });
  });

  test('gives a card that was known back to nobody', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const [first, second] = [await stand.user(), await stand.user()];
    const card = newCard();
    const before = await story.serve(await story.assign({ acs_user_id: first }), card);
    expect(before).toMatchObject({ assignment: 'enrolled', ended_at: expect.any(String) });
    const { acs_credential_id } = Object(before.result);
    await stand.raw.post('/acs/credentials/unassign', { acs_credential_id, acs_user_id: first });
    const { action_attempt_id } = await story.serve(await story.assign({ acs_user_id: second }), card);
    const { body } = await stand.raw.post(path, { action_attempt_id });
    expect(Object(body).acs_credential).toMatchObject({ acs_credential_id });
    expect(Object(body).acs_credential.acs_user_id).toBeUndefined();
  });

  test("refuses another app's attempt, one that is not there, and what assigned nothing", async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { action_attempt_id } = await story.scan();
    expect(await refused(stand.raw.post(path, { action_attempt_id }))).toBe('not_undoable');
    expect(await refused(stand.admin.post(path, { action_attempt_id }))).toBe('action_attempt_not_found');
    const nowhere = { action_attempt_id: crypto.randomUUID() };
    expect(await refused(stand.raw.post(path, nowhere))).toBe('action_attempt_not_found');
  });
});
