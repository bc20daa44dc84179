import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Desk, openDeskFirst } from '../stories/desk.ts';
import type { RawClient } from '../stories/raw-client.ts';

let desk: Desk;
openDeskFirst((opened) => {
  desk = opened;
});

/** Twenty apps, each with a key of its own. */
const apps: RawClient[] = [];
beforeAll(() => {
  for (let at = 0; at < 20; at += 1) apps.push(desk.app(`app ${at}`));
});

/** All apps at once; says how many heard what: `ok`, or the type of the error. */
async function rush(ask: (app: RawClient, at: number) => readonly [string, object]) {
  const answers = await Promise.all(
    apps.map((app, at) => {
      const [path, body] = ask(app, at);
      return app.post(path, body);
    }),
  );
  const heard: Record<string, number> = {};
  for (const { status, body } of answers) {
    const word = status === 200 ? 'ok' : String(Object(Object(body).error).type);
    heard[word] = (heard[word] ?? 0) + 1;
  }
  return heard;
}

/** Makes something; resolves with its id. */
async function make(path: string, key: string, body: object): Promise<string> {
  const id = `${key}_id`;
  const made = await desk.raw.ask(path, body, z.object({ [key]: z.looseObject({ [id]: z.string() }) }));
  return z.string().parse(made[key]?.[id]);
}

const newUser = (body: object = {}) =>
  make('/acs/users/create', 'acs_user', { acs_system_id: desk.systemId, full_name: 'Guest', ...body });

const newIdentity = () => make('/user_identities/create', 'user_identity', { full_name: 'Guest' });

const newCredential = (acs_user_id: string, access_method = 'card') =>
  make('/acs/credentials/create', 'acs_credential', { acs_user_id, access_method });

/** How many events of this type there are about this thing. */
async function eventsOf(event_type: string, subject: object): Promise<number> {
  const body = { since: '2000-01-01T00:00:00Z', event_type, ...subject };
  const { events } = await desk.raw.ask('/events/list', body, z.object({ events: z.array(z.unknown()) }));
  return events.length;
}

describe('twenty apps at once: exactly one', () => {
  test('makes the user of a person', async () => {
    const user_identity_id = await newIdentity();
    const body = { acs_system_id: desk.systemId, full_name: 'Guest', user_identity_id };
    expect(await rush(() => ['/acs/users/create', body])).toEqual({ ok: 1, duplicate_user_identity: 19 });
  });

  test.each([
    [{ user_identity_key: 'same key' }],
    [{ email_address: 'same@example.com' }],
    [{ phone_number: '+4915199999999' }],
  ])('makes the identity with %o', async (body) => {
    expect(await rush(() => ['/user_identities/create', body])).toEqual({
      ok: 1,
      duplicate_user_identity: 19,
    });
  });

  test('gets a code, whoever it is for, as a PIN or on a card', async () => {
    const users = await Promise.all(apps.map(() => newUser()));
    const heard = await rush((_, at) => [
      '/acs/credentials/create',
      { acs_user_id: users[at], access_method: at % 2 === 0 ? 'code' : 'card', code: '424242' },
    ]);
    expect(heard).toEqual({ ok: 1, duplicate_code: 19 });
  });

  test('changes its code to the one that all want', async () => {
    const acs_user_id = await newUser();
    const codes = await Promise.all(apps.map(() => newCredential(acs_user_id, 'code')));
    const heard = await rush((_, at) => [
      '/acs/credentials/update',
      { acs_credential_id: codes[at], code: '737373' },
    ]);
    expect(heard).toEqual({ ok: 1, duplicate_code: 19 });
  });

  test('makes an entrance, or an access group, of one name', async () => {
    const entrance = { display_name: 'Only door' };
    const group = { name: 'Only group', acs_entrance_ids: [] };
    expect(await rush(() => ['/v1/entrances/create', entrance])).toEqual({ ok: 1, duplicate_entrance: 19 });
    expect(await rush(() => ['/v1/access_groups/create', group])).toEqual({
      ok: 1,
      duplicate_access_group: 19,
    });
  });

  test('user is given a credential that is nobody’s', async () => {
    const owner = await newUser();
    const acs_credential_id = await newCredential(owner);
    await desk.raw.ask(
      '/acs/credentials/unassign',
      { acs_credential_id, acs_user_id: owner },
      z.looseObject({}),
    );
    const users = await Promise.all(apps.map(() => newUser()));
    const heard = await rush((_, at) => [
      '/acs/credentials/assign',
      { acs_credential_id, acs_user_id: users[at] },
    ]);
    expect(heard).toEqual({ ok: 1, credential_belongs_to_another_user: 19 });
  });

  test('deletes a credential, and nobody is given it afterwards', async () => {
    const owner = await newUser();
    const acs_credential_id = await newCredential(owner);
    const heard = await rush((_, at) =>
      at % 2 === 0
        ? ['/acs/credentials/delete', { acs_credential_id }]
        : ['/acs/credentials/assign', { acs_credential_id, acs_user_id: owner }],
    );
    const { ok = 0, acs_credential_not_found: late = 0 } = heard;
    expect(ok + late).toBe(20);
    expect(late).toBeGreaterThanOrEqual(9);
    expect((await desk.raw.post('/acs/credentials/get', { acs_credential_id })).status).toBe(404);
    expect(await eventsOf('acs_credential.deleted', { acs_credential_id })).toBe(1);
  });

  test('user comes of a person whom all speak of, by whatever they ask', async () => {
    const user_identity_id = await newIdentity();
    const acs_entrance_id = await make('/v1/entrances/create', 'acs_entrance', { display_name: 'Rush door' });
    const credentials = await Promise.all(
      apps.map(async () => {
        const owner = await newUser();
        const acs_credential_id = await newCredential(owner);
        await desk.raw.post('/acs/credentials/unassign', { acs_credential_id, acs_user_id: owner });
        return acs_credential_id;
      }),
    );
    const heard = await rush((_, at) =>
      at % 2 === 0
        ? ['/acs/entrances/grant_access', { acs_entrance_id, user_identity_id }]
        : ['/acs/credentials/assign', { acs_credential_id: credentials[at], user_identity_id }],
    );
    expect(heard).toEqual({ ok: 20 });
    const users = z.object({ acs_users: z.array(z.object({ acs_user_id: z.string() })) });
    const { acs_users } = await desk.raw.ask('/acs/users/list', { user_identity_id }, users);
    expect(acs_users).toHaveLength(1);
    expect(await eventsOf('acs_user.created', acs_users[0] ?? {})).toBe(1);
  });

  test('session is made for one kiosk, however often its app asks', async () => {
    const body = { user_identifier_key: 'rush kiosk' };
    const made = apps.map(() => make('/client_sessions/get_or_create', 'client_session', body));
    expect(new Set(await Promise.all(made)).size).toBe(1);
  });
});
