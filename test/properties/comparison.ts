import assert from 'node:assert/strict';
import { z } from 'zod';
import { compareToken } from './app-steps.ts';
import { compareScan } from './card-steps.ts';
import { cardNumberOf, type ModelCredential } from './site-model.ts';
import type { Trial } from './trial.ts';

const row = z.record(z.string(), z.unknown());
type Row = z.output<typeof row>;

/** Every row of a list, page by page; `limit` rows a page. */
async function listAll(trial: Trial, path: string, key: string, body: object = {}): Promise<readonly Row[]> {
  const envelope = z.looseObject({ [key]: z.array(row) });
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const asked: object = cursor === null ? body : { ...body, page_cursor: cursor };
    const answer: object = await trial.read(path, asked, envelope);
    rows.push(...(envelope.parse(answer)[key] ?? []));
    cursor = paged.parse(answer).pagination?.next_page_cursor ?? null;
  } while (cursor !== null);
  return rows;
}

const paged = z.looseObject({
  pagination: z.object({ next_page_cursor: z.string().nullable() }).optional(),
});

/** The desk is what the model says, in every list and every get. */
export async function compareAll(trial: Trial): Promise<void> {
  await compareUsers(trial);
  await compareIdentities(trial);
  await compareEntrances(trial);
  await compareGroups(trial);
  await compareCredentials(trial);
  await compareApps(trial);
  for (const card of trial.model.cards) await compareScan(trial, card);
  await compareEvents(trial);
}

/** Each row of a list is what a get of it answers. */
async function compareGets(trial: Trial, rows: readonly Row[], path: string, key: string): Promise<void> {
  for (const listed of rows) {
    const envelope = z.looseObject({ [key]: row });
    const got = await trial.read(path, { [`${key}_id`]: listed[`${key}_id`] }, envelope);
    assert.deepEqual(got[key], listed);
  }
}

async function compareUsers(trial: Trial): Promise<void> {
  const { model } = trial;
  const rows = await listAll(trial, '/acs/users/list', 'acs_users');
  assert.deepEqual(
    rows.map((user) => ({
      id: user['acs_user_id'],
      name: user['full_name'],
      email: user['email_address'],
      phone: user['phone_number'],
      identityId: user['user_identity_id'],
      identityName: user['user_identity_full_name'],
      isSuspended: user['is_suspended'],
    })),
    model.users.map(({ id, name, email, phone, identityId, isSuspended }) => ({
      ...{ id, name, isSuspended },
      email: email ?? undefined,
      phone: phone ?? undefined,
      identityId: identityId ?? undefined,
      identityName: model.identities.find((one) => one.id === identityId)?.fullName ?? undefined,
    })),
    'users',
  );
  await compareGets(trial, rows, '/acs/users/get', 'acs_user');
  for (const user of model.users) {
    const body = { acs_user_id: user.id };
    await compareOpens(trial, '/acs/users/list_accessible_entrances', body, model.opensOfUser(user));
    const held = await listAll(trial, '/acs/credentials/list', 'acs_credentials', body);
    const own = model.credentials.filter(({ userId }) => userId === user.id);
    assert.deepEqual(
      ids(held, 'acs_credential_id'),
      own.map(({ id }) => id),
    );
    const groups = await listAll(trial, '/acs/access_groups/list', 'acs_access_groups', body);
    const joined = model.groups.filter(({ userIds }) => userIds.has(user.id));
    assert.deepEqual(
      ids(groups, 'acs_access_group_id'),
      joined.map(({ id }) => id),
    );
  }
}

const ids = (rows: readonly Row[], key: string): readonly unknown[] => rows.map((each) => each[key]);

async function compareOpens(
  trial: Trial,
  path: string,
  body: object,
  opens: ReadonlySet<string>,
): Promise<void> {
  const found = await listAll(trial, path, 'acs_entrances', body);
  const expected = trial.model.entrances.filter(({ id }) => opens.has(id)).map(({ id }) => id);
  assert.deepEqual(ids(found, 'acs_entrance_id'), expected, `${path} ${JSON.stringify(body)}`);
}

async function compareIdentities(trial: Trial): Promise<void> {
  const { model } = trial;
  const rows = await listAll(trial, '/user_identities/list', 'user_identities');
  assert.deepEqual(
    rows.map((identity) => ({
      id: identity['user_identity_id'],
      key: identity['user_identity_key'],
      fullName: identity['full_name'],
      email: identity['email_address'],
      phone: identity['phone_number'],
      userIds: identity['acs_user_ids'],
    })),
    model.identities.map((identity) => ({
      ...identity,
      userIds: model.users.filter(({ identityId }) => identityId === identity.id).map(({ id }) => id),
    })),
    'identities',
  );
  await compareGets(trial, rows, '/user_identities/get', 'user_identity');
}

async function compareEntrances(trial: Trial): Promise<void> {
  const { model } = trial;
  const rows = await listAll(trial, '/acs/entrances/list', 'acs_entrances', { limit: 2 });
  assert.deepEqual(
    rows.map(({ acs_entrance_id: id, number, display_name: name }) => ({ id, number, name })),
    model.entrances,
    'entrances',
  );
  await compareGets(trial, rows, '/acs/entrances/get', 'acs_entrance');
  for (const { id: acs_entrance_id } of model.entrances) {
    const path = '/acs/entrances/list_credentials_with_access';
    const opening = await listAll(trial, path, 'acs_credentials', { acs_entrance_id });
    const expected = model.credentials.filter((each) => model.opensOfCredential(each).has(acs_entrance_id));
    assert.deepEqual(
      ids(opening, 'acs_credential_id'),
      expected.map(({ id }) => id),
      path,
    );
  }
}

async function compareGroups(trial: Trial): Promise<void> {
  const { model } = trial;
  const rows = await listAll(trial, '/acs/access_groups/list', 'acs_access_groups');
  assert.deepEqual(
    rows.map(({ acs_access_group_id: id, name }) => ({ id, name })),
    model.groups.map(({ id, name }) => ({ id, name })),
    'access groups',
  );
  await compareGets(trial, rows, '/acs/access_groups/get', 'acs_access_group');
  for (const { id: acs_access_group_id, userIds, entranceIds } of model.groups) {
    const members = await listAll(trial, '/acs/access_groups/list_users', 'acs_users', {
      acs_access_group_id,
    });
    const expected = model.users.filter(({ id }) => userIds.has(id)).map(({ id }) => id);
    assert.deepEqual(ids(members, 'acs_user_id'), expected);
    const path = '/acs/access_groups/list_accessible_entrances';
    await compareOpens(trial, path, { acs_access_group_id }, entranceIds);
  }
}

const warningCodes = z.array(z.looseObject({ warning_code: z.string() }));

/** The list of credentials, where most steps show. */
export async function compareCredentialList(trial: Trial, page: object = {}): Promise<readonly Row[]> {
  const { model } = trial;
  const rows = await listAll(trial, '/acs/credentials/list', 'acs_credentials', page);
  assert.deepEqual(
    rows.map(summaryOf),
    model.credentials.map((each) => expected(trial, each)),
    'credentials',
  );
  return rows;
}

async function compareCredentials(trial: Trial): Promise<void> {
  const { model } = trial;
  const rows = await compareCredentialList(trial, { limit: 3 });
  await compareGets(trial, rows, '/acs/credentials/get', 'acs_credential');
  for (const key of ['code', 'card_number']) {
    const used = rows.map((credential) => credential[key]).filter((value) => value !== undefined);
    assert.equal(new Set(used).size, used.length, `a ${key} is used twice: ${used}`);
  }
  for (const credential of model.credentials) {
    const path = '/acs/credentials/list_accessible_entrances';
    const body = { acs_credential_id: credential.id };
    await compareOpens(trial, path, body, model.opensOfCredential(credential));
  }
}

function summaryOf(credential: Row) {
  return {
    id: credential['acs_credential_id'],
    method: credential['access_method'],
    name: credential['display_name'],
    userId: credential['acs_user_id'],
    identityId: credential['user_identity_id'],
    code: credential['code'],
    cardNumber: credential['card_number'],
    starts: credential['starts_at'],
    ends: credential['ends_at'],
    isIssued: credential['is_issued'],
    isMultiPhone: credential['is_multi_phone_sync_credential'] === true,
    issueCounter: credential['issue_counter'] ?? 0,
    warnings: warningCodes
      .parse(credential['warnings'])
      .map(({ warning_code }) => warning_code)
      .toSorted(),
  };
}

function expected({ model }: Trial, credential: ModelCredential): ReturnType<typeof summaryOf> {
  const { id, method, code, cardUid, starts, ends, isMultiPhone, issueCounter } = credential;
  const time = (at: number | null) => (at === null ? undefined : new Date(at).toISOString());
  return {
    ...{ id, method, isMultiPhone, issueCounter },
    name: model.displayName(credential),
    userId: credential.userId ?? undefined,
    identityId: model.user(credential.userId)?.identityId ?? undefined,
    code: code ?? undefined,
    cardNumber: cardUid === null ? undefined : cardNumberOf({ uid: cardUid }),
    starts: time(starts),
    ends: time(ends),
    isIssued: method === 'code' || cardUid !== null,
    warnings: [...model.warnings(credential)],
  };
}

async function compareApps(trial: Trial): Promise<void> {
  const { model } = trial;
  for (const { token, isRevoked } of model.sessions) await compareToken(trial, token, !isRevoked);
  const webhooks = await listAll(trial, '/webhooks/list', 'webhooks');
  assert.deepEqual(
    webhooks.map(({ webhook_id: id, url, event_types: types }) => ({ id, url, types })),
    model.webhooks,
    'webhooks',
  );
}

/** The parts of an event that say what it is about, the nearest first. */
const SUBJECTS = [
  'acs_credential_id',
  'acs_user_id',
  'acs_entrance_id',
  'acs_access_group_id',
  'client_session_id',
] as const;

/** What happened is told once, in order: by the list of events, by the socket, and to every webhook that asked. */
async function compareEvents(trial: Trial): Promise<void> {
  const { model, live, hooks } = trial;
  const made = /^acs_(system|encoder)\./;
  const rows = (
    await listAll(trial, '/events/list', 'events', { since: '2000-01-01T00:00:00Z', limit: 500 })
  ).filter(({ event_type }) => !made.test(String(event_type)));
  assert.deepEqual(
    rows.map((event) => ({
      type: event['event_type'],
      subject: SUBJECTS.map((name) => event[name]).find((id) => id !== undefined),
    })),
    model.events.map(({ type, subject }) => ({ type, subject })),
    'events',
  );
  const last = rows.at(-1)?.['event_id'];
  if (last !== undefined) await live.next('event', ({ event }) => event.event_id === last);
  const told = live.changes.filter((change) => change.type === 'event').map(({ event }) => event);
  assert.deepEqual(
    told.filter(({ event_type }) => !made.test(event_type)),
    rows,
    'the live feed',
  );
  const sequences = [...live.sequences];
  assert.deepEqual(
    sequences,
    Array.from(sequences, (_, at) => at + 1),
    'the sequence of changes',
  );
  for (const webhook of model.webhooks) {
    const due = rows.filter((_, at) => model.events[at]?.webhookIds.includes(webhook.id));
    await hooks.hears(webhook.url, due.length);
    assert.deepEqual(hooks.heardAt(webhook.url), new Set(ids(due, 'event_id')), 'a webhook');
  }
}
