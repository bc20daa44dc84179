import {
  isSeamActionAttemptFailedError,
  isSeamActionAttemptTimeoutError,
  isSeamHttpApiError,
  isSeamHttpInvalidInputError,
  isSeamHttpUnauthorizedError,
  type SeamHttp,
} from '@seamapi/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk } from './desk.ts';
import { checkedSeam } from './raw-client.ts';
import { newCard, numberOf, StoryDesk } from './story-desk.ts';

let desk: Desk;
let seam: SeamHttp;
beforeAll(async () => {
  desk = await Desk.open();
  seam = desk.seam;
});
afterAll(async () => {
  const { errorLines } = desk;
  await desk[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

/** What the promise rejects with. */
async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    (value) => expect.fail(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

const makeUser = (full_name: string) => seam.acs.users.create({ acs_system_id: desk.systemId, full_name });

describe('action attempts', () => {
  test('as it stands, the client waits and resolves with the card that somebody else placed', async () => {
    const card = newCard();
    const { acs_user_id } = await makeUser('Ada Lovelace');
    const live = await desk.live();
    const waiting = seam.acs.encoders.scanToAssignCredential({
      acs_encoder_id: desk.encoderId,
      acs_user_id,
    });
    const done = waiting.execute();
    await live.next('action_attempt.changed', ({ action_attempt }) => action_attempt.hint !== undefined);
    await desk.placeCard(card);
    const attempt = await done;
    expect(attempt).toMatchObject({
      action_type: 'SCAN_TO_ASSIGN_CREDENTIAL',
      status: 'success',
      result: { acs_user_id, card_number: numberOf(card), is_issued: true },
    });
    await desk.removeCard();
    await live[Symbol.asyncDispose]();
  });

  test('a refusal is its own error, with Seam’s code', async () => {
    await using story = await StoryDesk.open(desk);
    const { acs_user_id } = await makeUser('Guest');
    await story.place({ technology: 'uid_only', uid: '08112233' });
    const error = await failure(
      seam.acs.encoders.scanToAssignCredential(
        { acs_encoder_id: desk.encoderId, acs_user_id },
        { waitForActionAttempt: { pollingInterval: 20 } },
      ),
    );
    expect(isSeamActionAttemptFailedError(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'uncategorized_error',
      message: expect.stringMatching(/new number each time/),
      actionAttempt: { status: 'error', error: { reason: 'card_number_changes' } },
    });
  });

  test('time that runs out at the desk is action_attempt_expired', async () => {
    await using story = await StoryDesk.open(desk);
    const { action_attempt_id } = await story.scan({ timeout_seconds: 1 });
    const error = await failure(
      seam.actionAttempts.get(
        { action_attempt_id },
        { waitForActionAttempt: { pollingInterval: 100, timeout: 60_000 } },
      ),
    );
    expect(isSeamActionAttemptFailedError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'action_attempt_expired' });
  });

  test('time that runs out at the client leaves the attempt as it is', async () => {
    await using story = await StoryDesk.open(desk);
    const asked = await story.scan();
    const error = await failure(
      seam.acs.encoders.scanCredential(
        { acs_encoder_id: desk.encoderId },
        { waitForActionAttempt: { timeout: 60, pollingInterval: 20 } },
      ),
    );
    expect(isSeamActionAttemptTimeoutError(error)).toBe(true);
    expect(await story.serve(asked, newCard())).toMatchObject({ status: 'success' });
  });

  test('several attempts are had by their ids, and none for no id', async () => {
    await using story = await StoryDesk.open(desk);
    const first = await story.scan();
    const second = await story.assign({ acs_user_id: (await makeUser('Next')).acs_user_id });
    const ids = [first.action_attempt_id, second.action_attempt_id];
    const list = await seam.actionAttempts.list({ action_attempt_ids: ids });
    expect(list.map((one) => one.action_attempt_id)).toEqual(ids);
    expect(await seam.actionAttempts.list({ action_attempt_ids: [] })).toEqual([]);
  });
});

describe('errors', () => {
  test('an unknown id is an API error with the id of the request', async () => {
    const error = await failure(seam.acs.users.get({ acs_user_id: crypto.randomUUID() }));
    expect(isSeamHttpApiError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'acs_user_not_found', statusCode: 404 });
    expect(error).toHaveProperty('requestId', expect.stringMatching(/^[0-9a-f-]{36}$/));
  });

  test('bad input tells which parameter', async () => {
    const error = await failure(
      seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'A', phone_number: '0151 2345' }),
    );
    if (!isSeamHttpInvalidInputError(error)) return expect.fail(String(error));
    expect(error.statusCode).toBe(400);
    expect(error.getValidationErrorMessages('phone_number')).toEqual([
      'Expected a phone number as +4915112345678',
    ]);
  });

  test('a key that nobody made is unauthorized', async () => {
    const error = await failure(checkedSeam(desk.url, 'seam_local_nobody').workspaces.get());
    expect(isSeamHttpUnauthorizedError(error)).toBe(true);
  });

  test('an encoder that another app holds is a conflict', async () => {
    await using story = await StoryDesk.open(desk);
    await story.scan();
    const other = checkedSeam(desk.url, desk.createKey('other app'));
    const error = await failure(other.acs.encoders.scanCredential({ acs_encoder_id: desk.encoderId }));
    expect(error).toMatchObject({ code: 'encoder_busy', statusCode: 409 });
  });
});

describe('the site', () => {
  test('has one workspace, one system and its encoders', async () => {
    const { workspace_id } = await seam.workspaces.get();
    const { systemId: acs_system_id, encoderId: acs_encoder_id } = desk;
    expect(await seam.acs.systems.list()).toMatchObject([{ acs_system_id, workspace_id }]);
    expect(await seam.acs.systems.list({ search: 'no such site' })).toEqual([]);
    expect(await seam.acs.systems.get({ acs_system_id })).toMatchObject({ acs_system_id });
    expect(await seam.acs.encoders.get({ acs_encoder_id })).toMatchObject({
      acs_encoder_id,
      acs_system_id,
      workspace_id,
      state: 'online',
      driver: 'virtual',
      is_virtual: true,
    });
    expect(await seam.acs.encoders.list({ acs_system_ids: [acs_system_id] })).toHaveLength(2);
    expect(await seam.acs.encoders.list({ acs_encoder_ids: [acs_encoder_id] })).toHaveLength(1);
    const error = await failure(seam.acs.systems.get({ acs_system_id: crypto.randomUUID() }));
    expect(error).toMatchObject({ code: 'acs_system_not_found' });
  });

  test('keeps users: made, found, changed, deleted', async () => {
    const made = await seam.acs.users.create({
      acs_system_id: desk.systemId,
      full_name: 'Katherine Johnson',
      email_address: 'katherine@example.com',
      phone_number: '+15551234567',
      access_schedule: { starts_at: '2096-03-29T01:30:00+02:00', ends_at: '2096-04-01T10:00:00-05:00' },
    });
    const { acs_user_id } = made;
    expect(made).toMatchObject({
      display_name: 'Katherine Johnson',
      access_schedule: { starts_at: '2096-03-28T23:30:00.000Z', ends_at: '2096-04-01T15:00:00.000Z' },
    });
    expect(await seam.acs.users.get({ acs_user_id })).toEqual(made);
    expect(await seam.acs.users.list({ search: 'KATHERINE' })).toEqual([made]);
    expect(await seam.acs.users.list({ search: 'ine@exam' })).toEqual([made]);
    expect(await seam.acs.users.list({ created_before: made.created_at })).not.toContainEqual(made);

    await seam.acs.users.update({ acs_user_id, full_name: 'K. Johnson' });
    const changed = await seam.acs.users.get({ acs_user_id });
    expect(changed).toEqual({ ...made, full_name: 'K. Johnson', display_name: 'K. Johnson' });
    await seam.acs.users.update({ acs_user_id, access_schedule: null });
    expect(await seam.acs.users.get({ acs_user_id })).not.toHaveProperty('access_schedule');

    await seam.acs.users.delete({ acs_user_id });
    expect(await failure(seam.acs.users.get({ acs_user_id }))).toMatchObject({ code: 'acs_user_not_found' });
    expect(await failure(seam.acs.users.delete({ acs_user_id }))).toMatchObject({ statusCode: 404 });
  });

  test('keeps identities, each with a key of its own', async () => {
    const user_identity_key = `guest-${crypto.randomUUID()}`;
    const made = await seam.userIdentities.create({
      user_identity_key,
      full_name: 'Mary Jackson',
      email_address: 'mary@example.com',
      acs_system_ids: [desk.systemId],
    });
    const { user_identity_id } = made;
    expect(made.acs_user_ids).toHaveLength(1);
    expect(await seam.userIdentities.get({ user_identity_key })).toEqual(made);
    expect(await seam.userIdentities.get({ user_identity_id })).toEqual(made);
    expect(await seam.userIdentities.list({ search: user_identity_key })).toEqual([made]);
    const user = await seam.acs.users.get({ user_identity_id, acs_system_id: desk.systemId });
    expect(user).toMatchObject({ full_name: 'Mary Jackson', email_address: 'mary@example.com' });

    const again = await failure(seam.userIdentities.create({ user_identity_key }));
    expect(again).toMatchObject({ statusCode: 409, code: 'duplicate_user_identity' });
    const second = seam.acs.users.create({
      acs_system_id: desk.systemId,
      full_name: 'Double',
      user_identity_id,
    });
    expect(await failure(second)).toMatchObject({ code: 'duplicate_user_identity' });
    // Nobody is made halfway when a system is not there.
    const orphan = { user_identity_key: 'orphan', acs_system_ids: [crypto.randomUUID()] };
    expect(await failure(seam.userIdentities.create(orphan))).toMatchObject({ code: 'acs_system_not_found' });
    expect(await seam.userIdentities.list({ search: 'orphan' })).toEqual([]);
  });

  test('keeps codes: made once, given, taken, found, deleted with their user', async () => {
    const { acs_user_id } = await makeUser('Code holder');
    const { acs_user_id: nextId } = await makeUser('Next holder');
    const made = await seam.acs.credentials.create({
      acs_user_id,
      access_method: 'code',
      code: '0042',
      starts_at: '2098-01-01T00:00:00Z',
      ends_at: '2098-01-02T00:00:00Z',
    });
    const { acs_credential_id } = made;
    expect(made).toMatchObject({ code: '0042', is_issued: true, display_name: 'Code 00**', warnings: [] });
    expect(await seam.acs.credentials.get({ acs_credential_id })).toEqual(made);
    const double = { acs_user_id: nextId, access_method: 'code', code: '0042' } as const;
    expect(await failure(seam.acs.credentials.create(double))).toMatchObject({
      statusCode: 409,
      code: 'duplicate_code',
    });

    const taken = seam.acs.credentials.assign({ acs_credential_id, acs_user_id: nextId });
    expect(await failure(taken)).toMatchObject({ code: 'credential_belongs_to_another_user' });
    const wrong = seam.acs.credentials.unassign({ acs_credential_id, acs_user_id: nextId });
    expect(await failure(wrong)).toMatchObject({ code: 'invalid_input' });
    await seam.acs.credentials.unassign({ acs_credential_id, acs_user_id });
    expect(await seam.acs.credentials.get({ acs_credential_id })).not.toHaveProperty('acs_user_id');
    await seam.acs.credentials.assign({ acs_credential_id, acs_user_id: nextId });
    expect(await seam.acs.credentials.list({ acs_user_id: nextId })).toMatchObject([{ acs_credential_id }]);

    await seam.acs.users.delete({ acs_user_id: nextId });
    const gone = await failure(seam.acs.credentials.get({ acs_credential_id }));
    expect(gone).toMatchObject({ code: 'acs_credential_not_found' });
    // The code is free again.
    const reused = await seam.acs.credentials.create({ ...double, acs_user_id });
    await seam.acs.credentials.delete({ acs_credential_id: reused.acs_credential_id });
    expect(await seam.acs.credentials.list({ acs_user_id })).toEqual([]);
  });

  test('keeps cards that are still to be issued', async () => {
    const { user_identity_id } = await seam.userIdentities.create({ full_name: 'Card holder' });
    const made = await seam.acs.credentials.create({
      user_identity_id,
      acs_system_id: desk.systemId,
      access_method: 'card',
    });
    expect(made).toMatchObject({
      is_issued: false,
      user_identity_id,
      warnings: [{ warning_code: 'waiting_to_be_issued' }],
    });
    expect(await seam.acs.credentials.list({ user_identity_id })).toEqual([made]);
    const late = { acs_user_id: made.acs_user_id ?? '', access_method: 'card' } as const;
    const backwards = { starts_at: '2026-01-02T00:00:00Z', ends_at: '2026-01-01T00:00:00Z' };
    const error = await failure(seam.acs.credentials.create({ ...late, ...backwards }));
    expect(error).toMatchObject({ code: 'invalid_input' });
    const coded = await seam.acs.credentials.create({ ...late, code: '123456' });
    expect(coded).toMatchObject({ display_name: 'Card 123***', code: '123456', is_issued: false });
  });

  test('tells events by time, kind and subject', async () => {
    const since = new Date(Date.now() - 1).toISOString();
    const { acs_user_id } = await makeUser('Eventful');
    await seam.acs.users.delete({ acs_user_id });
    const told = await seam.events.list({ since, acs_user_id });
    expect(told.map((event) => event.event_type)).toEqual(['acs_user.created', 'acs_user.deleted']);
    const created = await seam.events.list({ since, event_type: 'acs_user.created', acs_user_id });
    expect(created).toEqual([told[0]]);
    const foreign = await seam.events.list({ since, event_types: ['lock.unlocked'] });
    expect(foreign).toEqual([]);
    const [first] = told;
    if (first === undefined) return expect.fail('no event');
    expect(await seam.events.get({ event_id: first.event_id })).toEqual(first);
    const between = [first.occurred_at, first.occurred_at];
    expect(await seam.events.list({ between, acs_user_id })).toEqual([]);
    expect(await failure(seam.events.list({ acs_user_id }))).toMatchObject({ code: 'invalid_input' });
    const unknown = await failure(seam.events.get({ event_id: crypto.randomUUID() }));
    expect(unknown).toMatchObject({ code: 'event_not_found' });
  });
});

describe('pages', () => {
  test('hold every user once, in order, while others are being made', async () => {
    const name = `Page ${crypto.randomUUID()}`;
    const wanted: string[] = [];
    for (let n = 0; n < 7; n += 1) wanted.push((await makeUser(name)).acs_user_id);
    const found: string[] = [];
    let inserts = 0;
    for await (const page of seam.createPaginator(seam.acs.users.list({ search: name, limit: 3 }))) {
      expect(page.length).toBeLessThanOrEqual(3);
      found.push(...page.map((user) => user.acs_user_id));
      if (inserts < 2) wanted.push((await makeUser(name)).acs_user_id);
      inserts += 1;
    }
    expect(found).toEqual(wanted);
    expect(inserts).toBe(3);
  });

  test('hold every credential once when earlier ones are deleted meanwhile', async () => {
    const { acs_user_id } = await makeUser('Many codes');
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const code = `77${n}${Date.now()}`;
      const made = await seam.acs.credentials.create({ acs_user_id, access_method: 'code', code });
      ids.push(made.acs_credential_id);
    }
    const pages = seam.createPaginator(seam.acs.credentials.list({ acs_user_id, limit: 2 }));
    const [page, { hasNextPage, nextPageCursor }] = await pages.firstPage();
    expect(hasNextPage).toBe(true);
    await seam.acs.credentials.delete({ acs_credential_id: ids[0] ?? '' });
    const [rest, { nextPageCursor: last }] = await pages.nextPage(nextPageCursor);
    const [end, { hasNextPage: more }] = await pages.nextPage(last);
    expect([...page, ...rest, ...end].map((one) => one.acs_credential_id)).toEqual(ids);
    expect(more).toBe(false);
  });
});
