import { expect, test } from 'vitest';
import { type Desk, openDeskFirst } from './desk.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

// An NTAG's uid and GET_VERSION are the first two exchanges; the third reads the number for the attempt.
test.each(['before', 'after'] as const)(
  'a card lifted %s its number was read is asked for again, and then served',
  async (moment) => {
    await using story = await StoryDesk.open(desk);
    const card = newCard();
    const acs_user_id = await story.guest('Hasty guest');
    const { action_attempt_id } = await story.assign({ acs_user_id });
    await desk.placeCard({ ...card, faults: { pulled_at: { exchange: 3, moment } } });
    await story.hint(action_attempt_id, /lifted too soon.*leave it there/);
    await story.place(card);
    const made = credentialOf(await story.end(action_attempt_id));
    expect(made).toMatchObject({ acs_user_id, card_number: numberOf(card) });
  },
);

test('another card may take the place of the one that was lifted too soon', async () => {
  await using story = await StoryDesk.open(desk);
  const other = newCard();
  const { action_attempt_id } = await story.scan();
  await desk.placeCard({ ...newCard(), faults: { pulled_at: { exchange: 3, moment: 'before' } } });
  await story.hint(action_attempt_id, /lifted too soon/);
  await story.place(other);
  const scanned = await story.end(action_attempt_id);
  expect(scanned.result).toMatchObject({ acs_credential_on_encoder: { card_number: numberOf(other) } });
});

test('a card that leaves before it is known what it is keeps the attempt waiting', async () => {
  await using story = await StoryDesk.open(desk);
  const asked = await story.scan();
  await desk.placeCard({ ...newCard(), faults: { pulled_at: { exchange: 1, moment: 'before' } } });
  expect(await story.look(asked.action_attempt_id)).toMatchObject({ phase: 'awaiting_card' });
  expect(await story.serve(asked, newCard())).toMatchObject({ status: 'success' });
});

test('a slow card is waited for', async () => {
  await using story = await StoryDesk.open(desk);
  const card = newCard();
  const { action_attempt_id } = await story.scan();
  await desk.placeCard({ ...card, faults: { delay_ms: 200 } });
  const scanned = await story.end(action_attempt_id);
  expect(scanned.result).toMatchObject({ acs_credential_on_encoder: { card_number: numberOf(card) } });
});

test('time that runs out while the card is read ends nothing', async () => {
  await using story = await StoryDesk.open(desk);
  const { action_attempt_id, expires_at } = await story.scan({ timeout_seconds: 1 });
  await desk.placeCard({ ...newCard(), faults: { delay_ms: 400 } });
  const scanned = await story.end(action_attempt_id);
  expect(scanned.status).toBe('success');
  expect(Date.now()).toBeGreaterThan(Date.parse(expires_at));
});

test('a card that falls silent ends the attempt with advice, and the next attempt works', async () => {
  await using story = await StoryDesk.open(desk);
  const { action_attempt_id } = await story.scan();
  await desk.placeCard({ ...newCard(), faults: { mute_from: 3 } });
  const ended = await story.end(action_attempt_id);
  expect(ended.error).toMatchObject({
    type: 'encoder_communication_timeout',
    reason: 'device_timeout',
    message: expect.stringMatching(/did not answer in time. Take the card away/),
  });
  await desk.removeCard();
  expect(await story.serve(await story.scan(), newCard())).toMatchObject({ status: 'success' });
});

test('a card that cannot be made is the caller’s mistake', async () => {
  const place = (card: object) =>
    desk.raw.post('/acs/encoders/simulate/place_card', { acs_encoder_id: desk.encoderId, card });
  for (const card of [
    { technology: 'ntag215', uid: 'XYZ' },
    { technology: 'ntag215', uid: '11223344' },
    { technology: 'mifare_ultralight_c' },
    { technology: 'punched_card' },
    {},
  ]) {
    expect(await place(card)).toMatchObject({ status: 400, body: { error: { type: 'invalid_input' } } });
  }
});
