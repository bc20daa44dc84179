import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../src/api/routes/index.ts';
import { unsupportedOperations } from '../../../src/api/unsupported.ts';
import { systemClock } from '../../../src/clock.ts';
import { creation } from '../../../src/model/resource-change.ts';
import { addDesk, removeDesk } from '../../../src/site/paired-desks.ts';
import { Desk } from '../../stories/desk.ts';
import { RawClient } from '../../stories/raw-client.ts';

let server: Desk;
let desk: RawClient;
beforeAll(async () => {
  server = await Desk.open();
  desk = newDesk('Lobby');
});
afterAll(async () => {
  const { errorLines } = server;
  await server[Symbol.asyncDispose]();
  expect(errorLines).toEqual([]);
});

function newDesk(name: string): RawClient {
  const { token } = server.inStore((store) => addDesk({ store, clock: systemClock }, name));
  return new RawClient(server.url, token);
}

const errorOf = (answer: { readonly body: unknown }) => Object(Object(answer.body).error).type;

describe('the key of a desk', () => {
  test('may do nothing but cross the bridge', async () => {
    const guarded = [...operations, ...unsupportedOperations].filter(({ scopes }) => scopes !== null);
    const open: string[] = [];
    for (const { path } of guarded) {
      if (errorOf(await desk.post(path)) !== 'missing_scope') open.push(path);
    }
    expect(open.toSorted()).toEqual(
      ['hello', 'news', 'read', 'report', 'walk'].map((name) => `/v1/bridge/${name}`),
    );
    expect((await desk.request('GET', '/metrics')).status).toBe(403);
  });

  test('is needed for the bridge: no other key will do, and no session', async () => {
    const app = server.app('app', ['read', 'manage', 'bridge']);
    expect(errorOf(await app.post('/v1/bridge/hello'))).toBe('not_a_desk');
    const { body } = await app.post('/client_sessions/create', {
      ...{ user_identifier_key: 'page', scopes: ['bridge'] },
    });
    const { token } = Object(body).client_session;
    const page = new RawClient(server.url, token);
    expect(errorOf(await page.post('/v1/bridge/hello'))).toBe('forbidden_for_client_session');
  });

  test('counts no more at once when the desk is removed', async () => {
    const gone = newDesk('Gone');
    expect((await gone.post('/v1/bridge/hello')).status).toBe(200);
    server.inStore((store) => removeDesk({ store, clock: systemClock }, 'Gone'));
    expect(errorOf(await gone.post('/v1/bridge/hello'))).toBe('unauthorized');
  });
});

describe('a report', () => {
  const report = (bytes: number) => {
    const vendorMetadata = { hotek_metadata: { label: 'x'.repeat(bytes) } };
    const state = { accessMethod: 'mobile_key', acsUserId: null, vendorMetadata, createdAt: 0 };
    const change = creation('acs_credential', crypto.randomUUID(), state);
    return { messages: [{ id: crypto.randomUUID(), sequence: 1, change }] };
  };

  test('may be larger than other requests, but not without end', async () => {
    expect((await desk.post('/v1/bridge/report', report(100 * 1024))).status).toBe(200);
    expect(errorOf(await desk.post('/v1/bridge/report', report(600 * 1024)))).toBe('payload_too_large');
    expect(errorOf(await desk.post('/v1/bridge/walk', report(100 * 1024)))).toBe('payload_too_large');
  });

  test('has a hundred messages at most', async () => {
    const { messages } = report(1);
    const many = Array.from({ length: 101 }, () => ({ ...messages[0], id: crypto.randomUUID() }));
    expect(errorOf(await desk.post('/v1/bridge/report', { messages: many }))).toBe('invalid_input');
  });

  test('is read from paired desks only', async () => {
    const stranger = new RawClient(server.url, 'seam_local_stranger');
    expect(errorOf(await stranger.post('/v1/bridge/report', report(600 * 1024)))).toBe('unauthorized');
  });
});

test('strangers who ask to be paired are counted with those who come with a wrong key, and keep nobody else out', async () => {
  await using limited = await Desk.open({
    config: { limits: { requests_per_second: 0.001, request_burst: 20 } },
  });
  const stranger = new RawClient(limited.url, 'seam_local_stranger');
  const claim = { pairing_request_id: crypto.randomUUID(), key: 'x' };
  const types: unknown[] = [];
  for (let tries = 0; tries < 11; tries += 1) {
    types.push(errorOf(await stranger.post('/v1/bridge/hello')));
    types.push(errorOf(await stranger.post('/v1/bridge/claim_pairing', claim)));
  }
  expect(types.slice(0, 20)).toEqual(
    Array.from({ length: 10 }, () => ['unauthorized', 'pairing_not_found']).flat(),
  );
  expect(types.slice(20)).toEqual(['too_many_requests', 'too_many_requests']);
  const { token } = limited.inStore((store) => addDesk({ store, clock: systemClock }, 'Lobby'));
  expect((await new RawClient(limited.url, token).post('/v1/bridge/hello')).status).toBe(200);
  expect((await limited.raw.request('GET', '/health')).status).toBe(200);
});
