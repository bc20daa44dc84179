import { SeamHttpEndpoints } from '@seamapi/http';
import { SeamHttpEndpoints as SeamHttpEndpoints1 } from '@seamapi/http-v1';
import { openapi as seam } from '@seamapi/types/connect';
import { expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { unsupportedGroups, unsupportedOperations } from '../../../src/api/unsupported.ts';
import { ownDocument, seamHas } from '../../seam-schema.ts';
import { type Desk, openDeskFirst } from '../../stories/desk.ts';

const PAGE = 'https://pms.example.com';

/** The part of Seam's API that is about access control, and about those who use it. */
const ACCESS_CONTROL =
  /^\/(acs|action_attempts|events|webhooks|workspaces|client_sessions|user_identities|access_methods|seam\/bridge)\//;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

let desk: Desk;
openDeskFirst(
  (opened) => {
    desk = opened;
  },
  { config: { allowed_origins: [PAGE] } },
);

/** Every path that a generation of Seam's client can call. */
const pathsOf = (client: { readonly prototype: object }) =>
  Object.getOwnPropertyNames(client.prototype).filter((name) => name.startsWith('/'));

test('the table has everything that Seam’s clients can call and Seam has for access control, but for what is served', () => {
  const newest = pathsOf(SeamHttpEndpoints);
  const last1 = pathsOf(SeamHttpEndpoints1);
  expect([newest.length, last1.length].map((many) => many > 150)).toEqual([true, true]);
  const all = new Set([
    ...newest,
    ...last1,
    ...Object.keys(Object(Object(seam).paths)).filter((path) => ACCESS_CONTROL.test(path)),
  ]);
  for (const { path } of operations) all.delete(path);
  expect(unsupportedOperations.map(({ path }) => path).toSorted()).toEqual([...all].toSorted());
});

test('each takes the methods that Seam lists for it, and POST', () => {
  for (const { path, methods } of unsupportedOperations) {
    const theirs = METHODS.filter((method) => seamHas(path, method.toLowerCase()));
    expect(methods.toSorted(), path).toEqual([...new Set([...theirs, 'POST'])].toSorted());
  }
});

test('each reason is one or two sentences, and names only operations that there are', () => {
  const served = new Set(operations.map(({ path }) => path));
  for (const { reason } of unsupportedGroups) {
    expect(reason).toMatch(/^[A-Z].*\.$/);
    for (const [path] of reason.matchAll(/\/[a-z0-9_]+(\/[a-z0-9_]+)+/g)) {
      expect(served.has(`/${path.slice(1)}`), path).toBe(true);
    }
  }
});

test('none is in the document of what works', () => {
  const paths = Object.keys(Object(Object(ownDocument).paths));
  expect(paths.filter((path) => unsupportedOperations.some((one) => one.path === path))).toEqual([]);
});

test('each answers why not, whatever is sent with whichever of its methods', async () => {
  for (const { path, methods, summary } of unsupportedOperations) {
    for (const method of METHODS) {
      const answer = await desk.raw.request(
        method,
        path,
        method === 'POST' ? { body: { a: { b: [1] } } } : {},
      );
      const error = methods.includes(method)
        ? { type: 'unsupported_operation', message: summary }
        : { type: 'method_not_allowed' };
      expect(answer, `${method} ${path}`).toMatchObject({ body: { ok: false, error } });
      expect(answer.status).toBe(methods.includes(method) ? 400 : 405);
    }
  }
});

test('they are told to whoever has a token, also on the socket and for a bound session, and to nobody else', async () => {
  const path = '/acs/entrances/unlock';
  const refused = {
    error: { type: 'unsupported_operation', message: expect.stringContaining('cannot open') },
  };
  await using live = await desk.live();
  expect(await live.ask(path, { acs_entrance_id: 'x' })).toMatchObject({ ok: false, ...refused });
  const scanner = desk.app('scanner', ['scan']);
  expect(await scanner.post(path, {})).toMatchObject({ status: 400, body: refused });
  const { user_identity_id } = await desk.seam.userIdentities.create({ full_name: 'Ada' });
  const { token } = await desk.seam.clientSessions.create({ user_identity_id });
  const bound = await desk.raw.post(path, {}, { authorization: `Bearer ${token}` });
  expect(bound).toMatchObject({ status: 400, body: refused });
  const stranger = await desk.raw.post(path, {}, { authorization: undefined });
  expect(stranger).toMatchObject({ status: 401, body: { error: { type: 'unauthorized' } } });
});

test('Seam’s client throws the reason', async () => {
  const unlocking = desk.seam.locks.unlockDoor({ device_id: crypto.randomUUID() });
  await expect(unlocking).rejects.toMatchObject({ statusCode: 400, code: 'unsupported_operation' });
});
