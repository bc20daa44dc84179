import { expect, test } from 'vitest';
import type { Method, Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/routes/index.ts';
import { type Shape, shapeOf } from '../contracts-with-seam/shape.ts';
import { ownDocument, seamHas } from '../seam-schema.ts';
import type { RawAnswer, RawRequest } from '../stories/raw-client.ts';
import type { Stand } from './stand.ts';
import type { World } from './world.ts';

const guarded = operations.filter(({ scopes }) => scopes !== null);
const reads = operations.filter(({ methods }) => methods.includes('GET'));

/** Parameters by name. */
const parametersOf = ({ path }: Operation) => {
  const { post } = Object(ownDocument).paths[path];
  return shapeOf({ document: ownDocument, node: post.requestBody.content['application/json'].schema })
    .properties;
};

/** What reads need, besides what their schemas require: one of several names. */
const NAMED_BY: Readonly<Record<string, string>> = {
  '/acs/users/get': 'acs_user_id',
  '/acs/users/list_accessible_entrances': 'acs_user_id',
  '/client_sessions/get': 'client_session_id',
  '/events/get': 'event_id',
  '/events/list': 'since',
  '/user_identities/get': 'user_identity_id',
  '/user_identities/list_accessible_entrances': 'user_identity_id',
  '/user_identities/list_acs_systems': 'user_identity_id',
  '/user_identities/list_acs_users': 'user_identity_id',
};

/** What to ask a read for: things that are there. */
function goodFor(operation: Operation, world: World): Record<string, string> {
  const required = [...parametersOf(operation)]
    .filter(([, { isRequired }]) => isRequired)
    .map(([name]) => name);
  const name = NAMED_BY[operation.path];
  const names = new Set(name === undefined ? required : [...required, name]);
  return Object.fromEntries([...names].map((name) => [name, String(world[name])]));
}

const query = (parameters: Readonly<Record<string, string>>) => new URLSearchParams(parameters).toString();

/** An answer without what is of each request. */
const words = ({ status, body }: RawAnswer) => {
  const { error, ...rest } = Object(body);
  const { request_id: _, ...about } = Object(error);
  return { status, ...rest, ...(error === undefined ? {} : { error: about }) };
};

/** What holds for every operation. `world` is there once tests run. */
export function testConventions(stand: Stand, world: () => World): void {
  const ask = (method: Method, { path }: Operation, request: RawRequest) =>
    stand.admin.request(method, path, request);
  const good = (operation: Operation) => goodFor(operation, world());

  test('a read has one answer, asked with a query or with JSON, with GET or POST, with _strict and unknown keys', async () => {
    for (const operation of reads) {
      const parameters = good(operation);
      const [first, ...others] = [
        await ask('POST', operation, { body: parameters }),
        await ask('GET', operation, { query: query(parameters) }),
        await ask('GET', operation, { body: parameters }),
        await ask('GET', operation, {
          query: query({ ...parameters, _strict: 'true', utm_source: 'x', 'a.b': '1' }),
        }),
        await ask('POST', operation, { body: { ...parameters, _strict: true, nested: { unknown: [] } } }),
      ].map(words);
      expect(first?.status, operation.path).toBe(operation.path.includes('/unmanaged/get') ? 404 : 200);
      for (const other of others) expect(other, operation.path).toEqual(first);
    }
  });

  test('a list in a query is the list in JSON: repeated keys, one key, and `a=` for none', async () => {
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    for (const operation of reads) {
      for (const [name, { schema }] of parametersOf(operation)) {
        if (!shapeOf(schema).types.has('array')) continue;
        for (const ids of [[], [one], [one, two]]) {
          const inQuery = new URLSearchParams(good(operation));
          for (const id of ids.length === 0 ? [''] : ids) inQuery.append(name, id);
          const answer = await ask('GET', operation, { query: inQuery.toString() });
          const inJson = await ask('POST', operation, { body: { ...good(operation), [name]: ids } });
          expect(words(answer), `${operation.path} ${name}=${ids}`).toEqual(words(inJson));
        }
      }
    }
  });

  test('whoever has no token, or one that nobody made, is unauthorized everywhere', async () => {
    for (const operation of guarded) {
      for (const authorization of [undefined, 'Bearer nobody']) {
        const answer = await ask('POST', operation, { body: {}, headers: { authorization } });
        expect(answer, operation.path).toMatchObject({
          status: 401,
          body: { ok: false, error: { type: 'unauthorized', request_id: expect.any(String) } },
        });
        expect(Object(answer.body).error.request_id).toBe(answer.headers['seam-request-id']);
      }
    }
  });

  test('parameters of the wrong type are refused, each by its name, whatever else is missing', async () => {
    const values: readonly (readonly [string, unknown])[] = [
      ['number', 5.5],
      ['string', 'x'],
      ['boolean', true],
      ['object', { x: 1 }],
    ];
    const wrongFor = ({ types }: Shape) =>
      types.size === 0 ? undefined : values.find(([type]) => !types.has(type))?.[1];
    for (const operation of operations) {
      const body: Record<string, unknown> = {};
      for (const [name, { schema }] of parametersOf(operation)) {
        const wrong = wrongFor(shapeOf(schema));
        if (wrong !== undefined) body[name] = wrong;
      }
      const names = Object.keys(body);
      if (names.length === 0) continue;
      const answer = await ask('POST', operation, { body });
      expect(answer, operation.path).toMatchObject({
        status: 400,
        body: { error: { type: 'invalid_input' } },
      });
      const { message, validation_errors } = Object(answer.body).error;
      for (const name of names) {
        expect(message, operation.path).toContain(name);
        const errors = { _errors: expect.arrayContaining([expect.any(String)]) };
        expect(validation_errors[name], `${operation.path} ${name}`).toMatchObject(errors);
      }
    }
  });

  test('methods are those that Seam lists, and POST', () => {
    const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    for (const operation of operations) {
      const theirs = methods.filter((method) => seamHas(operation.path, method.toLowerCase()));
      if (theirs.length === 0) continue;
      expect(operation.methods.toSorted(), operation.path).toEqual(
        [...new Set([...theirs, 'POST'])].toSorted(),
      );
    }
  });

  test('a time with any offset comes back as the same instant', async () => {
    const instant = Math.ceil(Date.now() / 60_000) * 60_000 + 7 * 86_400_000;
    const at = (minutes: number, offset: string) =>
      new Date(instant + minutes * 60_000).toISOString().replace('Z', offset);
    for (const time of [at(0, 'Z'), at(14 * 60, '+14:00'), at(-330, '-05:30'), at(0, '+00:00')]) {
      expect(Date.parse(time)).toBe(instant);
      const { seam } = stand;
      const acs_user_id = await stand.user({ access_schedule: { starts_at: time, ends_at: null } });
      const { access_schedule } = await seam.acs.users.get({ acs_user_id });
      const acs_credential_id = await stand.credential({ acs_user_id, starts_at: time });
      const { starts_at } = await seam.acs.credentials.get({ acs_credential_id });
      const later = time.replace(/^\d{4}/, (year) => String(Number(year) + 1));
      await seam.acs.credentials.update({ acs_credential_id, ends_at: later });
      const { ends_at } = await seam.acs.credentials.get({ acs_credential_id });
      const { expires_at } = await seam.clientSessions.create({ expires_at: time });
      const back = [access_schedule?.starts_at, starts_at, ends_at, expires_at].map((one) =>
        Date.parse(one ?? ''),
      );
      expect(back, time).toEqual([instant, instant, Date.parse(later), instant]);
    }
  });
}
