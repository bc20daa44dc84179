import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CrashDesk, ended, order } from './crash-desk.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';

let desk: CrashDesk;
beforeEach(async () => {
  desk = await CrashDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

describe('the daemon is killed', () => {
  test('between an order and its first step: it begins', async () => {
    const { action_attempt_id } = await order(desk.bench);
    // That moment is too short to hit from outside; this is what the store has in it.
    await desk.crash((file) => {
      const queued = "UPDATE action_attempts SET attempt = json_set(attempt, '$.phase', 'queued')";
      expect(file.prepare(queued).run().changes).toBe(1);
    });
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
    await story.place(newCard());
    credentialOf(await story.end(action_attempt_id));
  });

  test('while the last card was to be taken away: it still is', async () => {
    const card = newCard();
    const first = await order(desk.bench);
    await desk.bench.placeCard(card);
    await ended(desk.bench, first.action_attempt_id);
    const { acs_user_id, action_attempt_id } = await order(desk.bench);
    const look = () => desk.bench.raw.post('/action_attempts/get', { action_attempt_id });
    await expect.poll(async () => JSON.stringify((await look()).body)).toContain('Take the card away first');
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    expect(await story.look(action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
    await story.place(card);
    await story.hint(action_attempt_id, /Take the card away first/);
    await story.lift();
    await story.place(newCard());
    expect(credentialOf(await story.end(action_attempt_id))).toMatchObject({ acs_user_id });
  });

  test('while time ran out: the attempt has ended when it is back', async () => {
    const { action_attempt_id } = await order(desk.bench, { timeout_seconds: 1 });
    await desk.crash();
    await using story = await StoryDesk.open(desk.bench);
    await expect
      .poll(async () => (await story.look(action_attempt_id)).error)
      .toMatchObject({
        type: 'action_attempt_expired',
        reason: 'no_card_presented',
      });
  });

  test('after an attempt ended, well or not: it stays as it was told', async () => {
    const bench = desk.bench;
    const good = await order(bench);
    await bench.placeCard(newCard());
    const succeeded = await ended(desk.bench, good.action_attempt_id);
    await bench.removeCard();
    const bad = await order(bench);
    await bench.raw.post('/action_attempts/cancel', { action_attempt_id: bad.action_attempt_id });
    const failed = await ended(desk.bench, bad.action_attempt_id);
    await desk.crash();
    expect(await ended(desk.bench, good.action_attempt_id)).toEqual(succeeded);
    expect(await ended(desk.bench, bad.action_attempt_id)).toEqual(failed);
    const { seam } = desk.bench;
    expect(await seam.acs.credentials.list({ acs_user_id: good.acs_user_id })).toHaveLength(1);
    expect(await seam.acs.credentials.list({ acs_user_id: bad.acs_user_id })).toEqual([]);
    // What was acknowledged is there: users, and the order in which things happened.
    expect(await seam.acs.users.list({ search: 'Ada' })).toHaveLength(2);
  });

  test('at moments around the reading of a card: served once, or read again', async () => {
    await desk.bench.placeCard(newCard());
    let unfinished = 0;
    for (let round = 0; round < 15; round += 1) {
      await desk.bench.removeCard();
      const card = newCard();
      const { acs_user_id, action_attempt_id } = await order(desk.bench);
      const { raw, encoderId: acs_encoder_id } = desk.bench;
      const faults = { delay_ms: 20 };
      await raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id, card: { ...card, faults } });
      // Three exchanges of 20 ms lie ahead; the kill falls before, between and after them.
      await new Promise((resolve) => setTimeout(resolve, (round + Math.random()) * 5));
      await desk.crash();

      await using story = await StoryDesk.open(desk.bench);
      const found = await story.look(action_attempt_id);
      if (found.status === 'pending') {
        unfinished += 1;
        expect(found.phase).toBe('awaiting_card');
        await story.place(card);
        credentialOf(await story.end(action_attempt_id));
      }
      const held = await desk.bench.seam.acs.credentials.list({ acs_user_id });
      expect(held).toMatchObject([{ card_number: BigInt(`0x${card.uid}`).toString() }]);
    }
    desk.checkFile();
    expect(unfinished).toBeGreaterThan(0);
  });
});
