import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Auditable, isAudited, recorded } from '../../../src/api/audited-operation.ts';
import { operations } from '../../../src/api/routes/index.ts';
import { createApiKey } from '../../../src/site/api-keys.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { entriesOf, told } from '../site/audit-bed.ts';
import { addUser, openTestSite, temporaryFolder } from '../site/site-bed.ts';

const ID = '2f0b6b0e-6f0b-4d7c-9a52-1f0f8a3c1d11';
const OTHER_ID = '7a0b6b0e-6f0b-4d7c-9a52-1f0f8a3c1d22';

const operation: Auditable = {
  path: '/things/make',
  methods: ['POST'],
  scopes: ['manage'],
  input: z.object({
    thing_id: z.string(),
    thing_ids: z.array(z.string()),
    name: z.string(),
    kind: z.enum(['card', 'code']).optional(),
    scopes: z.array(z.enum(['read', 'scan'])).default(['read']),
    is_good: z.boolean().nullable(),
    allowed_origin: z.string(),
    code: z.string(),
    user_identifier_key: z.string(),
    nested: z.object({ uid: z.string() }),
  }),
};

const allNames = async (site: ReturnType<typeof openTestSite>, outcome: unknown) => {
  await outcome;
  return told(site.store);
};

function bed() {
  const site = openTestSite();
  const { id } = createApiKey(site.store, { name: 'pms', scopes: ['manage'] }, site.clock.now()).key;
  return { site, callerId: id };
}

describe('an entry of an operation', () => {
  test('holds ids, closed words, yes and no and an origin of the request, the ids of what the answer shows, and nothing else', async () => {
    const { site, callerId } = bed();
    const input = {
      ...{ thing_id: ID, thing_ids: [ID, 'Canary'], name: 'Canary Lovelace', kind: 'card', scopes: ['scan'] },
      ...{
        is_good: true,
        allowed_origin: 'https://pms.example.com',
        code: '1234',
        nested: { uid: '04CANARY' },
      },
      ...{ user_identifier_key: 'canary@example.com', token_id: 'seam_local_canary', other_id: 'Canary' },
    };
    const answer = {
      ...{ gadget: { gadget_id: OTHER_ID, token: 'canary', owner_id: ID }, widget_id: OTHER_ID },
      ...{ token: 'canary', name: 'Canary', list: [{ list_id: ID }] },
    };
    expect(
      await allNames(
        site,
        recorded(operation, { input, callerId }, site, () => answer),
      ),
    ).toEqual([
      [
        '/things/make',
        {
          ...{ thing_id: ID, thing_ids: [ID], kind: 'card', scopes: ['scan'], is_good: true },
          ...{ allowed_origin: 'https://pms.example.com', gadget_id: OTHER_ID, widget_id: OTHER_ID },
        },
      ],
    ]);
    expect(JSON.parse(entriesOf(site.store)[0]?.actor ?? '')).toEqual({
      kind: 'api_key',
      id: callerId,
      name: 'pms',
    });
  });

  test('leaves out a word that is not on the list, and an origin that is none', async () => {
    const { site, callerId } = bed();
    const input = {
      kind: 'Canary',
      scopes: ['Canary'],
      allowed_origin: 'https://x.example/canary',
      is_good: null,
    };
    expect(
      await allNames(
        site,
        recorded(operation, { input, callerId }, site, () => ({})),
      ),
    ).toEqual([['/things/make', { scopes: [] }]]);
  });

  test('is committed together with what was done in one turn: where the log cannot be written, nothing was done', () => {
    const site = openTestSite({}, temporaryFolder(), (store) => ({
      ...store,
      auditLog: {
        ...store.auditLog,
        append: () => {
          throw new StorageError('disk full');
        },
      },
    }));
    const before = site.store.changes.last();
    const request = { input: {}, callerId: 'key' };
    expect(() => recorded(operation, request, site, () => ({ user: addUser(site, 'Ada') }))).toThrow(
      'disk full',
    );
    expect(site.store.users.list({}, { after: 0, limit: 10 }).rows).toEqual([]);
    expect(site.store.changes.last()).toBe(before);
  });

  test('is not there for what was refused, in one turn or later', async () => {
    const { site, callerId } = bed();
    const request = { input: {}, callerId };
    const refuse = () => {
      addUser(site, 'Ada');
      throw new Error('refused');
    };
    expect(() => recorded(operation, request, site, refuse)).toThrow('refused');
    await expect(
      recorded(operation, request, site, () => Promise.reject(new Error('later'))),
    ).rejects.toThrow('later');
    expect(entriesOf(site.store)).toEqual([]);
    expect(site.store.users.list({}, { after: 0, limit: 10 }).rows).toEqual([]);
  });

  test('follows what takes its time, once it is done', async () => {
    const { site, callerId } = bed();
    const done = Promise.withResolvers<{ thing_id: string }>();
    const answer = recorded(operation, { input: {}, callerId }, site, () => done.promise);
    expect(entriesOf(site.store)).toEqual([]);
    done.resolve({ thing_id: ID });
    expect(await allNames(site, answer)).toEqual([['/things/make', { thing_id: ID }]]);
  });

  test('is not for reads, for what desks ask, nor for strangers', async () => {
    const { site } = bed();
    const request = { input: {}, callerId: '' };
    for (const other of [
      { methods: ['GET', 'POST'] },
      { isRead: true },
      { path: '/v1/bridge/report' },
      { scopes: null },
    ]) {
      const answer = { ok: true };
      expect(recorded({ ...operation, ...other }, request, site, () => answer)).toBe(answer);
    }
    expect(entriesOf(site.store)).toEqual([]);
  });
});

test('every operation that is not served to GET is audited, but for these', () => {
  const without = operations.filter((one) => !one.methods.includes('GET') && !isAudited(one));
  expect(
    without
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('/v1/bridge/'))
      .sort(),
  ).toEqual([
    '/v1/desks/list',
    '/v1/encoders/ping',
    '/v1/flight_recorder/list',
    '/v1/flight_recorder/read_capture',
    '/v1/pairing/confirm',
    '/v1/pairing/list',
    '/v1/pairing/request',
    '/v1/sync/get_pairing',
  ]);
});
