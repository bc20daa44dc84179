import { expect, test } from 'vitest';
import { newCard, StoryDesk } from '../../stories/story-desk.ts';
import { operation } from '../conformance.ts';
import { refused } from '../stand.ts';

operation('/action_attempts/cancel', (stand) => {
  const cancel = (action_attempt_id: string) =>
    stand.raw.post('/action_attempts/cancel', { action_attempt_id });

  test('ends the waiting, for Seam’s client as an attempt that failed', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const { action_attempt_id } = await story.scan();
    const end = { status: 'error', error: { type: 'action_attempt_expired' } };
    expect(await cancel(action_attempt_id)).toMatchObject({ status: 200, body: { action_attempt: end } });
    const waited = stand.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: true });
    expect(await refused(waited)).toBe('action_attempt_expired');
  });

  test('leaves an attempt that is over as it ended', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const asked = await story.scan();
    await story.serve(asked, newCard());
    const ended = { status: 200, body: { action_attempt: { status: 'success' } } };
    expect(await cancel(asked.action_attempt_id)).toMatchObject(ended);
  });

  test('refuses an attempt that is another app’s, or that is not', async () => {
    await using story = await StoryDesk.open(stand.desk);
    const asked = await story.scan();
    const foreign = stand.desk.app(stand.word('app ')).post('/action_attempts/cancel', {
      action_attempt_id: asked.action_attempt_id,
    });
    expect(await refused(foreign)).toBe('action_attempt_not_found');
    expect(await refused(cancel(crypto.randomUUID()))).toBe('action_attempt_not_found');
  });
});
