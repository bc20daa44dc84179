import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk } from '../../stories/desk.ts';

const LONG_AGO = '2000-01-01T00:00:00Z';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
  for (const full_name of ['Ada', 'Grace', 'Edith']) {
    await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name });
    await desk.seam.userIdentities.create({ full_name });
  }
});
afterAll(() => desk[Symbol.asyncDispose]());

const events = async (filter: object) =>
  Object((await desk.raw.post('/events/list', { since: LONG_AGO, ...filter })).body).events;

test.each([
  { user_identity_id: 'x' },
  { device_id: 'x' },
  { device_ids: ['x'] },
  { acs_entrance_id: 'x' },
  { acs_system_id: 'x' },
  { acs_system_ids: ['x'] },
  { connected_account_id: 'x' },
  { customer_key: 'x' },
  { event_type: 'lock.locked' },
])('events about %j are none, not all', async (filter) => {
  expect(await events(filter)).toEqual([]);
});

test('events about an entrance are had by it', async () => {
  const [entrance] = await desk.seam.acs.entrances.list();
  const { acs_entrance_id } = entrance ?? {};
  expect(await events({ acs_entrance_id })).toMatchObject([
    { event_type: 'acs_entrance.added', acs_entrance_id },
  ]);
});

test('events of this system are all of them', async () => {
  const all = await events({});
  expect(all.length).toBeGreaterThan(3);
  expect(await events({ acs_system_ids: ['x', desk.systemId] })).toEqual(all);
  expect(await events({ acs_system_id: desk.systemId })).toEqual(all);
});

test('events can be walked by their offset', async () => {
  const all = await events({});
  const walked = [];
  for (let at = 0; ; at += 2) {
    const page = await events({ limit: 2, unstable_offset: at });
    if (page.length === 0) break;
    walked.push(...page);
  }
  expect(walked).toEqual(all);
});

test('the last event of a type can be asked for', async () => {
  const created = await events({ event_type: 'acs_user.created' });
  const last = await desk.raw.post('/events/get', { event_type: 'acs_user.created' });
  expect(last.body).toEqual({ ok: true, event: created.at(-1) });
  const never = await desk.raw.post('/events/get', { event_type: 'lock.locked' });
  expect(never).toMatchObject({ status: 404, body: { error: { type: 'event_not_found' } } });
  expect((await desk.raw.post('/events/get', {})).status).toBe(400);
});

test('identities can be asked for by their ids and by when they were made', async () => {
  const [first] = await desk.seam.userIdentities.list();
  const list = async (filter: object) =>
    Object((await desk.raw.post('/user_identities/list', filter)).body).user_identities;
  expect(await list({ user_identity_ids: [first?.user_identity_id, 'x'] })).toEqual([first]);
  expect(await list({ created_before: LONG_AGO })).toEqual([]);
});

test('what a desk never has is not found in a list', async () => {
  const post = async (path: string, filter: object) => Object((await desk.raw.post(path, filter)).body);
  expect(await post('/acs/credentials/list', { is_multi_phone_sync_credential: true })).toMatchObject({
    acs_credentials: [],
  });
  expect(await post('/action_attempts/list', { device_id: 'x' })).toMatchObject({ action_attempts: [] });
  expect(await post('/acs/systems/list', { customer_key: 'x' })).toMatchObject({ acs_systems: [] });
});

test('a value of the wrong kind is told from one that is missing', async () => {
  const message = async (path: string, body: object) =>
    Object((await desk.raw.post(path, body)).body).error.message;
  expect(await message('/acs/users/create', { acs_system_id: desk.systemId })).toBe('full_name is required');
  expect(await message('/acs/users/create', { acs_system_id: desk.systemId, full_name: 5 })).toBe(
    'Invalid input: expected string, received number for "full_name"',
  );
  expect(await message('/acs/users/create', { acs_system_id: desk.systemId, full_name: '  ' })).toMatch(
    /^Too small.* for "full_name"$/,
  );
});

test("Seam's older name for the e-mail address is taken too", async () => {
  const { body } = await desk.raw.post('/acs/users/create', {
    acs_system_id: desk.systemId,
    full_name: 'Old',
    email: 'old@example.com',
  });
  expect(body).toMatchObject({ acs_user: { email_address: 'old@example.com' } });
});

test('an access group that is not here is not found', async () => {
  const answer = await desk.raw.post('/acs/users/create', {
    acs_system_id: desk.systemId,
    full_name: 'Grouped',
    acs_access_group_ids: ['x'],
  });
  expect(answer).toMatchObject({ status: 404, body: { error: { type: 'acs_access_group_not_found' } } });
});
