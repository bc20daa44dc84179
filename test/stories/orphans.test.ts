import { expect, test } from 'vitest';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { Desk, openDeskFirst } from './desk.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

const ASSIGN = '/acs/encoders/scan_to_assign_credential';
const envelope = z.object({ action_attempt: actionAttempt });

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

test('the attempt of a key that is revoked ends, and the encoder is free for the next app', async () => {
  await using story = await StoryDesk.open(desk);
  const thief = desk.app('thief');
  const acs_user_id = await story.guest('Mallory');
  const { action_attempt } = await thief.ask(
    ASSIGN,
    { acs_encoder_id: desk.encoderId, acs_user_id },
    envelope,
  );
  desk.revokeKey('thief');
  expect(await story.end(action_attempt.action_attempt_id)).toMatchObject({
    status: 'error',
    error: { type: 'action_attempt_expired', reason: 'cancelled' },
  });
  expect(await story.serve(await story.scan(), newCard())).toMatchObject({ status: 'success' });
});

test('the attempt for a user who is deleted ends at once, and says so', async () => {
  await using story = await StoryDesk.open(desk);
  const acs_user_id = await story.guest('Ada');
  const { action_attempt_id } = await story.assign({ acs_user_id });
  await desk.seam.acs.users.delete({ acs_user_id });
  expect(await story.end(action_attempt_id)).toMatchObject({
    status: 'error',
    error: { reason: 'beneficiary_deleted' },
  });
});

test('a card that was registered under the other number format still belongs to its guest', async () => {
  const card = newCard();
  await using first = await Desk.open();
  await using story = await StoryDesk.open(first);
  const ada = await story.guest('Ada');
  await story.serve(await story.assign({ acs_user_id: ada }), card);
  await story[Symbol.asyncDispose]();
  await first.stop();

  first.reconfigure({ site: { card_number_format: 'uid_lsb_first' } });
  await first.start();
  await using later = await StoryDesk.open(first);
  const grace = await later.guest('Grace');
  expect(await later.serve(await later.assign({ acs_user_id: grace }), card)).toMatchObject({
    error: { reason: 'card_belongs_to_another_user' },
  });
  const scanned = await later.serve(await later.scan(), card);
  expect(scanned.result).toMatchObject({
    acs_credential_on_seam: { acs_user_id: ada, card_number: numberOf(card) },
  });
});
