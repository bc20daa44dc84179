import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from './desk.ts';
import { HandClock } from './hand-clock.ts';
import type { RawAnswer } from './raw-client.ts';
import { credentialOf } from './scan-stories.ts';
import { newCard, StoryDesk } from './story-desk.ts';

const HOUR = 3_600_000;

let clock: HandClock;
let desk: Desk;
beforeEach(async () => {
  clock = new HandClock();
  desk = await Desk.open({ clock });
});
afterEach(async () => {
  const { errorLines } = desk;
  await desk[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

/** What matters of an answer: the second of two has another request id. */
const essence = ({ status, body }: RawAnswer) => ({ status, body });

test('an attempt waits for its 60 seconds and not longer', async () => {
  await using story = await StoryDesk.open(desk);
  const { action_attempt_id } = await story.scan();
  clock.pass(59_999);
  expect(await story.look(action_attempt_id)).toMatchObject({ status: 'pending' });
  clock.pass(1);
  expect(await story.end(action_attempt_id)).toMatchObject({ error: { reason: 'no_card_presented' } });
});

test('the site says how long an attempt waits, and a request may say otherwise', async () => {
  await using other = await Desk.open({ clock, config: { attempts: { timeout_seconds: 5 } } });
  await using story = await StoryDesk.open(other);
  const lasts = ({ created_at, expires_at }: { created_at: string; expires_at: string }) =>
    Date.parse(expires_at) - Date.parse(created_at);
  expect(lasts(await story.scan())).toBe(5000);
  expect(lasts(await story.assign({ acs_user_id: await story.guest('A'), timeout_seconds: 600 }))).toBe(
    600_000,
  );
});

test('an attempt that waited when the daemon stopped goes on, with the time that it had left', async () => {
  const acs_user_id = await guestOf(desk, 'Patient guest');
  const asked = await desk.raw.post('/acs/encoders/scan_to_assign_credential', {
    acs_encoder_id: desk.encoderId,
    acs_user_id,
  });
  const { action_attempt_id, expires_at } = Object(asked.body).action_attempt;
  await desk.restart();
  clock.pass(30_000);
  await using story = await StoryDesk.open(desk);
  expect(await story.look(action_attempt_id)).toMatchObject({ status: 'pending', expires_at });
  await story.place(newCard());
  expect(credentialOf(await story.look(action_attempt_id))).toMatchObject({ acs_user_id });
});

test('an attempt whose time ran out while the daemon was away has ended when it is back', async () => {
  const asked = await desk.raw.post('/acs/encoders/scan_credential', { acs_encoder_id: desk.encoderId });
  const { action_attempt_id } = Object(asked.body).action_attempt;
  await desk.stop();
  clock.pass(60_000);
  await desk.start();
  await using story = await StoryDesk.open(desk);
  expect(await story.look(action_attempt_id)).toMatchObject({
    status: 'error',
    error: { type: 'action_attempt_expired', reason: 'no_card_presented' },
  });
});

test('a card that served before the daemon stopped must leave first when it is back', async () => {
  const card = newCard();
  await desk.placeCard(card);
  await desk.seam.acs.encoders.scanToAssignCredential(
    { acs_encoder_id: desk.encoderId, acs_user_id: await guestOf(desk, 'Guest A') },
    { waitForActionAttempt: { pollingInterval: 20 } },
  );
  await desk.restart();
  await using story = await StoryDesk.open(desk);
  const guestB = await story.guest('Guest B');
  const { action_attempt_id } = await story.assign({ acs_user_id: guestB });
  await story.place(card);
  await story.hint(action_attempt_id, /Take the card away first/);
  await story.lift();
  await story.hint(action_attempt_id, /Place the next card/);
  await story.place(newCard());
  expect(credentialOf(await story.end(action_attempt_id))).toMatchObject({ acs_user_id: guestB });
});

test('the same Idempotency-Key and body get the same answer for 24 hours, also from the next daemon', async () => {
  const order = { acs_system_id: desk.systemId, full_name: 'Only once' };
  const create = () => desk.raw.post('/acs/users/create', order, { 'idempotency-key': 'booking 17' });
  const first = await create();
  expect(first.status).toBe(200);
  expect(essence(await create())).toEqual(essence(first));
  await desk.restart();
  clock.pass(24 * HOUR);
  expect(essence(await create())).toEqual(essence(first));
  expect(await desk.seam.acs.users.list({ search: 'Only once' })).toHaveLength(1);

  clock.pass(1);
  const later = await create();
  expect(later.status).toBe(200);
  expect(essence(later)).not.toEqual(essence(first));
});

test('an Idempotency-Key with another body or path is refused, and belongs to one app', async () => {
  const key = { 'idempotency-key': 'k' };
  const ada = { acs_system_id: desk.systemId, full_name: 'Ada' };
  const first = await desk.raw.post('/acs/users/create', ada, key);
  const reused = { status: 409, body: { error: { type: 'idempotency_key_reused' } } };
  const bob = { ...ada, full_name: 'Bob' };
  expect(await desk.raw.post('/acs/users/create', bob, key)).toMatchObject(reused);
  expect(await desk.raw.post('/user_identities/create', ada, key)).toMatchObject(reused);
  const other = await desk.app('another app').post('/acs/users/create', bob, key);
  expect(other).toMatchObject({ status: 200, body: { acs_user: { full_name: 'Bob' } } });
  expect(essence(await desk.raw.post('/acs/users/create', ada, key))).toEqual(essence(first));
});

test('a refusal is kept under its Idempotency-Key as well', async () => {
  const nobody = { acs_user_id: crypto.randomUUID() };
  const get = () => desk.raw.post('/acs/users/delete', nobody, { 'idempotency-key': 'missing' });
  const bad = () => desk.raw.post('/acs/users/delete', {}, { 'idempotency-key': 'bad' });
  const [missing, invalid] = [await get(), await bad()];
  expect([missing.status, invalid.status]).toEqual([404, 400]);
  await desk.restart();
  expect(essence(await get())).toEqual(essence(missing));
  expect(essence(await bad())).toEqual(essence(invalid));
});

test('a scan under an Idempotency-Key stays one attempt, also after it has ended', async () => {
  await using story = await StoryDesk.open(desk);
  const order = { acs_encoder_id: desk.encoderId };
  const ask = () => desk.raw.post('/acs/encoders/scan_credential', order, { 'idempotency-key': 'scan 1' });
  const first = await ask();
  const { action_attempt } = Object(first.body);
  expect(await story.serve(action_attempt, newCard())).toMatchObject({ status: 'success' });
  expect(essence(await ask())).toEqual(essence(first));
  const encoder = await desk.raw.post('/acs/encoders/get', order);
  expect(encoder.body).toMatchObject({ acs_encoder: { state: 'online' } });
});

/** A guest, made without a socket that a restart would close. */
async function guestOf({ seam, systemId }: Desk, fullName: string): Promise<string> {
  const user = await seam.acs.users.create({ acs_system_id: systemId, full_name: fullName });
  return user.acs_user_id;
}
