import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CrashDesk, order } from './crash-desk.ts';
import { LiveClient } from './live-client.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';

let desk: CrashDesk;
beforeEach(async () => {
  desk = await CrashDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

describe('the daemon is killed', () => {
  test('right after it took an order: the order waits, and is served', async () => {
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const before = desk.lastSequence();
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card', status: 'pending' });
    // The same request again is still the one that waits.
    const again = await story.assign({ acs_user_id });
    expect(again.action_attempt_id).toBe(action_attempt_id);
    const card = newCard();
    expect(credentialOf(await story.serve(again, card))).toMatchObject({ acs_user_id });
    expect(story.live.sequences[0]).toBeGreaterThan(before);
    expect(story.live.sequences).toEqual(story.live.sequences.toSorted((a, b) => a - b));
  });

  test('while a card was read: it is asked for again', async () => {
    const card = newCard();
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const { raw, encoderId: acs_encoder_id } = desk.bench;
    const faults = { delay_ms: 2000 };
    {
      await using live = await LiveClient.open(raw.url, raw.token ?? '');
      await raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
      await live.next('action_attempt.changed', ({ action_attempt }) => action_attempt.phase === 'reading');
    }
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card', status: 'pending' });
    await story.place(card);
    expect(credentialOf(await story.end(action_attempt_id))).toMatchObject({ acs_user_id });
  });
});
