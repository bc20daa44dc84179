import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { Desk, openDeskFirst } from './desk.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';

const SCAN = '/acs/encoders/scan_credential';
const ASSIGN = '/acs/encoders/scan_to_assign_credential';
const envelope = z.object({ action_attempt: actionAttempt });

describe('two apps at one desk', () => {
  let desk: Desk;
  openDeskFirst((opened) => {
    desk = opened;
  });

  test('the second is told who holds the encoder, and the first goes on', async () => {
    await using story = await StoryDesk.open(desk);
    const other = desk.app('night audit');
    const acs_encoder_id = desk.encoderId;
    const held = await story.scan();
    const refused = await other.post(SCAN, { acs_encoder_id });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        error: {
          type: 'encoder_busy',
          message: expect.stringContaining('front desk'),
          data: { held_by: 'front desk', phase: 'awaiting_card', expires_at: held.expires_at },
        },
      },
    });
    const encoder = await desk.raw.post('/acs/encoders/get', { acs_encoder_id });
    expect(encoder.body).toMatchObject({ acs_encoder: { state: 'busy' } });

    expect(await story.serve(held, newCard())).toMatchObject({ status: 'success' });
    const { action_attempt } = await other.ask(SCAN, { acs_encoder_id }, envelope);
    expect(action_attempt.status).toBe('pending');
    const { action_attempt_id } = action_attempt;
    await other.ask('/action_attempts/cancel', { action_attempt_id }, envelope);
  });

  test('each can use an encoder of its own at the same time', async () => {
    await using story = await StoryDesk.open(desk);
    const other = desk.app('second clerk');
    const first = await story.scan();
    const second = await other.ask(SCAN, { acs_encoder_id: desk.secondEncoderId }, envelope);
    const card = newCard();
    await desk.placeCard(card, desk.secondEncoderId);
    expect(await story.end(second.action_attempt.action_attempt_id)).toMatchObject({ status: 'success' });
    expect(await story.look(first.action_attempt_id)).toMatchObject({ status: 'pending' });
    await desk.removeCard(desk.secondEncoderId);
  });

  test("somebody else's attempt cannot be cancelled, and is not spoken of", async () => {
    await using story = await StoryDesk.open(desk);
    const other = desk.app('meddler');
    const { action_attempt_id } = await story.scan();
    const refused = await other.post('/action_attempts/cancel', { action_attempt_id });
    expect(refused).toMatchObject({ status: 404, body: { error: { type: 'action_attempt_not_found' } } });
    expect(await story.look(action_attempt_id)).toMatchObject({ status: 'pending' });
  });

  test('a card that is being read is neither cancelled nor superseded', async () => {
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Impatient');
    const held = await story.scan();
    await desk.placeCard({ ...newCard(), faults: { delay_ms: 500 } });
    const { action_attempt_id } = held;
    await story.live.next('action_attempt.changed', ({ action_attempt }) => {
      return action_attempt.action_attempt_id === action_attempt_id && action_attempt.phase === 'reading';
    });
    const cancel = await desk.raw.post('/action_attempts/cancel', { action_attempt_id });
    expect(cancel).toMatchObject({ status: 409, body: { error: { type: 'action_attempt_not_waiting' } } });
    expect(await story.tryToAssign({ acs_user_id })).toMatchObject({ status: 409 });
    expect(await story.end(action_attempt_id)).toMatchObject({ status: 'success' });
  });

  test('a guest who is deleted while the card is awaited gets no card', async () => {
    await using story = await StoryDesk.open(desk);
    const acs_user_id = await story.guest('Cancelled booking');
    const asked = await story.assign({ acs_user_id });
    await desk.seam.acs.users.delete({ acs_user_id });
    const ended = await story.serve(asked, newCard());
    expect(ended.error).toMatchObject({ type: 'uncategorized_error', reason: 'beneficiary_deleted' });
  });

  test('a card of a deleted guest stays known, and goes to the next', async () => {
    await using story = await StoryDesk.open(desk);
    const card = newCard();
    const gone = await story.guest('Checked out');
    const made = credentialOf(await story.serve(await story.assign({ acs_user_id: gone }), card));
    await desk.seam.acs.users.delete({ acs_user_id: gone });
    const acs_user_id = await story.guest('Checked in');
    const given = credentialOf(await story.serve(await story.assign({ acs_user_id }), card));
    expect(given).toMatchObject({ acs_credential_id: made.acs_credential_id, acs_user_id });
  });

  test('unknown encoder, user or person is said at once, and nothing waits', async () => {
    const nobody = crypto.randomUUID();
    const acs_encoder_id = desk.encoderId;
    const tries = [
      [{ acs_encoder_id: nobody, acs_user_id: nobody }, 'acs_encoder_not_found'],
      [{ acs_encoder_id, acs_user_id: nobody }, 'acs_user_not_found'],
      [{ acs_encoder_id, user_identity_id: nobody }, 'user_identity_not_found'],
    ] as const;
    for (const [parameters, type] of tries) {
      const answer = await desk.raw.post(ASSIGN, parameters);
      expect(answer).toMatchObject({ status: 404, body: { error: { type } } });
    }
    const encoder = await desk.raw.post('/acs/encoders/get', { acs_encoder_id });
    expect(encoder.body).toMatchObject({ acs_encoder: { state: 'online' } });
  });
});

describe('a site that takes in registered cards only', () => {
  test('refuses an unknown card, unless the request allows new ones', async () => {
    await using desk = await Desk.open({ config: { site: { enrol_unknown_cards: false } } });
    await using story = await StoryDesk.open(desk);
    const card = newCard();
    const acs_user_id = await story.guest('Guest');
    const refused = await story.serve(await story.assign({ acs_user_id }), card);
    expect(refused.error).toMatchObject({ type: 'no_credential_on_encoder', reason: 'card_unknown' });
    const strict = await story.assign({ acs_user_id, salto_ks_metadata: { detect_new_tags: false } });
    expect((await story.serve(strict, card)).error).toMatchObject({ type: 'no_credential_on_encoder' });

    const willing = await story.assign({ acs_user_id, salto_ks_metadata: { detect_new_tags: true } });
    const made = credentialOf(await story.serve(willing, card));
    expect(made.acs_user_id).toBe(acs_user_id);
    // Now the card is registered, and the strict rule lets it pass.
    expect(credentialOf(await story.serve(await story.assign({ acs_user_id }), card))).toEqual(made);
  });
});

describe('a site whose other systems read cards the other way round', () => {
  test('has the number of a card least significant byte first', async () => {
    await using desk = await Desk.open({ config: { site: { card_number_format: 'uid_lsb_first' } } });
    await using story = await StoryDesk.open(desk);
    const scanned = await story.serve(await story.scan(), { technology: 'uid_only', uid: '11223344' });
    expect(scanned.result).toMatchObject({ acs_credential_on_encoder: { card_number: `${0x44332211}` } });
  });
});
