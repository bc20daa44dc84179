import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../stories/story-desk.ts';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/action_attempts/get', (stand) => {
  test('gives the attempt as it is: waiting, then at its end', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const asked = await story.scan();
    const { action_attempt_id } = asked;
    const wait = { waitForActionAttempt: false };
    const waiting = await stand.seam.actionAttempts.get({ action_attempt_id }, wait);
    expect(waiting).toMatchObject({ action_attempt_id, status: 'pending', result: null, error: null });
    await story.serve(asked, newCard());
    const ended = await stand.seam.actionAttempts.get({ action_attempt_id });
    expect(ended).toMatchObject({ action_attempt_id, status: 'success', error: null });
  });

  test('refuses an id that no attempt has', async () => {
    const action_attempt_id = crypto.randomUUID();
    expect(await refused(stand.seam.actionAttempts.get({ action_attempt_id }))).toBe(
      'action_attempt_not_found',
    );
  });
});
