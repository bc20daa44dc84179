import { SeamHttp } from '@seamapi/http';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clientSession } from '../../../src/api/wire/client-session.ts';
import { hashToken } from '../../../src/site/api-keys.ts';
import { PROMISE_OF_TIME } from '../../promise-of-time.ts';
import { type Desk, openDeskFirst } from '../../stories/desk.ts';
import { HandClock } from '../../stories/hand-clock.ts';
import { LiveClient } from '../../stories/live-client.ts';
import { RawClient } from '../../stories/raw-client.ts';
import { newCard } from '../../stories/story-desk.ts';

const PAGE = 'https://pms.example.com';
const OTHER_PAGE = 'https://spa.example.com';
const HOUR_MS = 60 * 60 * 1000;

const clock = new HandClock();

let desk: Desk;
openDeskFirst(
  (opened) => {
    desk = opened;
  },
  { clock, config: { allowed_origins: [PAGE, OTHER_PAGE] } },
);

let identityId: string;
let otherId: string;
beforeEach(async () => {
  const [one, other] = await Promise.all([
    desk.seam.userIdentities.create({ full_name: 'Ada' }),
    desk.seam.userIdentities.create({ full_name: 'Grace' }),
  ]);
  [identityId, otherId] = [one.user_identity_id, other.user_identity_id];
});

const envelope = z.object({ client_session: clientSession });

const refusal = (status: number, type: string) => ({ status, body: { ok: false, error: { type } } });

async function open(parameters: object = {}, app: RawClient = desk.raw) {
  const { client_session } = await app.ask('/client_sessions/create', parameters, envelope);
  return { ...client_session, page: new RawClient(desk.url, client_session.token) };
}

describe('a web page with a session', () => {
  test('does what its scopes allow, and is told what it lacks', async () => {
    const { page } = await open({ scopes: ['read'] });
    expect(await page.post('/acs/users/list')).toMatchObject({ status: 200 });
    expect(await page.post('/acs/users/create', {})).toMatchObject(refusal(403, 'missing_scope'));
    expect(await page.request('GET', '/metrics')).toMatchObject({ status: 200 });
  });

  test('sends its token as Seam’s clients do: as Authorization, in a header of its own, or both', async () => {
    const { token } = await open();
    const ask = (headers: Record<string, string | undefined>) =>
      desk.raw.request('GET', '/acs/users/list', { headers: { authorization: undefined, ...headers } });
    const authorization = `Bearer ${token}`;
    for (const headers of [
      { authorization },
      { 'client-session-token': token },
      { 'seam-client-session-token': token },
      { authorization, 'client-session-token': token, 'seam-workspace': 'any' },
      { authorization: 'Bearer nonsense', 'client-session-token': token },
    ]) {
      expect(await ask(headers)).toMatchObject({ status: 200 });
    }
    const unknown = { authorization: `Bearer ${desk.token}`, 'client-session-token': 'seam_cst1unknown' };
    expect(await ask(unknown)).toMatchObject(refusal(401, 'unauthorized'));
  });

  test.each([
    ...['/client_sessions/create', '/client_sessions/get_or_create', '/client_sessions/list'],
    ...['/client_sessions/grant_access', '/client_sessions/revoke', '/client_sessions/delete'],
  ])('may not ask for %s: that needs an API key', async (path) => {
    const { page, client_session_id } = await open({ scopes: ['manage'] });
    const answer = await page.post(path, { client_session_id });
    expect(answer).toMatchObject(refusal(403, 'forbidden_for_client_session'));
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining('needs an API key') } });
  });

  test('sees itself, without its token, and no other', async () => {
    const { page, client_session_id, token } = await open({ user_identifier_key: 'clerk-1' });
    const other = await open({ user_identifier_key: 'clerk-2' });
    const own = await page.post('/client_sessions/get');
    expect(own).toMatchObject({ status: 200, body: { client_session: { client_session_id } } });
    expect(JSON.stringify(own.body)).not.toContain(token);
    const { client_session_id: otherSession } = other;
    expect(await page.post('/client_sessions/get', { client_session_id: otherSession })).toMatchObject(
      refusal(404, 'client_session_not_found'),
    );
  });

  test('is known to others by its key and its user', async () => {
    const { page } = await open({ user_identifier_key: 'clerk-1' });
    const order = { acs_encoder_id: desk.encoderId };
    const asked = await page.post('/acs/encoders/scan_credential', order);
    const { action_attempt_id } = Object(asked.body).action_attempt;
    expect(await desk.raw.post('/acs/encoders/scan_credential', order)).toMatchObject({
      status: 409,
      body: { error: { data: { held_by: 'front desk, session of clerk-1' } } },
    });
    expect(await page.post('/action_attempts/cancel', { action_attempt_id })).toMatchObject({ status: 200 });
  });
});

describe('a session is refused', () => {
  test('when it is over, and is told why', async () => {
    const { page, client_session_id } = await open({
      expires_at: new Date(clock.now() + HOUR_MS).toISOString(),
    });
    clock.pass(HOUR_MS - 1);
    expect(await page.post('/acs/users/list')).toMatchObject({ status: 200 });
    clock.pass(1);
    expect(await page.post('/acs/users/list')).toMatchObject(refusal(401, 'client_session_expired'));
    await desk.raw.post('/client_sessions/revoke', { client_session_id });
    expect(await page.post('/acs/users/list')).toMatchObject(refusal(401, 'client_session_revoked'));
    await desk.raw.post('/client_sessions/delete', { client_session_id });
    expect(await page.post('/acs/users/list')).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('of which a tenth token was made since: with the eleventh, the oldest is unknown', async () => {
    const tokens: string[] = [];
    for (let made = 0; made < 11; made += 1) {
      const again = { user_identifier_key: 'eleven' };
      const { client_session } = await desk.raw.ask('/client_sessions/get_or_create', again, envelope);
      tokens.push(client_session.token);
      clock.pass(1);
    }
    const [first, second] = tokens.map((token) => new RawClient(desk.url, token));
    expect(await first?.post('/acs/users/list')).toMatchObject(refusal(401, 'unauthorized'));
    expect(await second?.post('/acs/users/list')).toMatchObject({ status: 200 });
  });

  test('when a further token was asked for that ends sooner: the time is of the session, with all its tokens', async () => {
    const user_identifier_key = 'sooner';
    const { page } = await open({ user_identifier_key });
    const expires_at = new Date(clock.now() + HOUR_MS).toISOString();
    await desk.raw.post('/client_sessions/get_or_create', { user_identifier_key, expires_at });
    clock.pass(HOUR_MS);
    expect(await page.post('/acs/users/list')).toMatchObject(refusal(401, 'client_session_expired'));
  });

  test('when its key was revoked', async () => {
    const { page } = await open({}, desk.app('leaving'));
    desk.revokeKey('leaving');
    expect(await page.post('/acs/users/list')).toMatchObject(refusal(401, 'client_session_revoked'));
  });

  test('what its key may not do, whatever was written down for it', async () => {
    const { client_session_id } = await open({}, desk.app('reader', ['read', 'manage']));
    desk.inStore(({ clientSessions }) => {
      const session = clientSessions.get(client_session_id);
      if (session !== null) clientSessions.update({ ...session, scopes: ['read', 'scan', 'admin'] });
      clientSessions.addToken(client_session_id, hashToken('seam_cst1known'), clock.now());
    });
    const page = new RawClient(desk.url, 'seam_cst1known');
    expect(await page.post('/acs/users/list')).toMatchObject({ status: 200 });
    const scan = await page.post('/acs/encoders/scan_credential', { acs_encoder_id: desk.encoderId });
    expect(scan).toMatchObject(refusal(403, 'missing_scope'));
  });

  test('from every origin but its own, and from programs', async () => {
    const { page } = await open({ allowed_origin: PAGE });
    const ask = (origin?: string) => page.request('GET', '/acs/users/list', { headers: { origin } });
    expect(await ask(PAGE)).toMatchObject({ status: 200 });
    for (const origin of [undefined, OTHER_PAGE]) {
      const answer = await ask(origin);
      expect(answer).toMatchObject(refusal(403, 'forbidden_origin'));
      expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(PAGE) } });
    }
    const socket = await LiveClient.connect(desk.url, { origin: OTHER_PAGE });
    socket.send({ type: 'authenticate', token: page.token });
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  test('before it is made, for an origin that is not allowed here', async () => {
    for (const allowed_origin of ['https://evil.example', 'null', '', `${PAGE}/`]) {
      const answer = await desk.raw.post('/client_sessions/create', { allowed_origin });
      expect(answer).toMatchObject(refusal(400, 'invalid_input'));
    }
  });

  test.each([
    [{ customer_key: 'x' }, 'A desk has no customers'],
    [{ customer_id: 'x' }, 'A desk has no customers'],
    [{ connect_webview_ids: ['x'] }, 'A desk has no Connect Webviews'],
    [{ connected_account_ids: ['x'] }, 'There is no connected account x here'],
    [{ scopes: ['admin'] }, 'lacks the scope "admin"'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at must be in the future'],
  ])('before it is made, with %o', async (parameters, message) => {
    const answer = await desk.raw.post('/client_sessions/create', parameters);
    expect(answer).toMatchObject(refusal(400, 'invalid_input'));
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});

test('an Idempotency-Key keeps no token', async () => {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const first = await desk.raw.post('/client_sessions/create', {}, headers);
  const second = await desk.raw.post('/client_sessions/create', {}, headers);
  const tokens = [first, second].map(({ body }) => Object(body).client_session.token);
  expect(new Set(tokens).size).toBe(2);
});

describe('a session that is bound to an identity', () => {
  const bind = () => open({ user_identity_id: identityId });

  test('sees its user, and nobody else', async () => {
    const { page } = await bind();
    const mine = await desk.seam.acs.users.create({
      acs_system_id: desk.systemId,
      full_name: 'Ada',
      user_identity_id: identityId,
    });
    const other = await desk.seam.acs.users.create({
      acs_system_id: desk.systemId,
      full_name: 'Grace',
      user_identity_id: otherId,
    });
    for (const body of [{}, { user_identity_id: identityId }]) {
      const { acs_user_id } = mine;
      expect(await page.post('/acs/users/get', body)).toMatchObject({ body: { acs_user: { acs_user_id } } });
    }
    const list = await page.request('GET', '/acs/users/list', { query: 'search=a&_strict=true' });
    expect(Object(list.body).acs_users).toMatchObject([{ acs_user_id: mine.acs_user_id }]);
    const strangers = [{ user_identity_id: otherId }, { acs_user_id: other.acs_user_id }];
    for (const body of [...strangers, { user_identity_id: identityId, acs_user_id: other.acs_user_id }]) {
      for (const path of [
        '/acs/users/get',
        '/acs/users/list',
        '/acs/credentials/list',
        '/user_identities/get',
      ]) {
        expect(await page.post(path, body)).toMatchObject(refusal(403, 'forbidden_for_client_session'));
      }
    }
  });

  test('names whom its request comes to: the body wins over the query', async () => {
    const { page } = await bind();
    const own = { user_identity_id: identityId };
    const ask = (query: string, body?: object) =>
      page.request('POST', '/user_identities/get', { query, body });
    expect(await ask(`user_identity_id=${otherId}`, own)).toMatchObject({ body: { user_identity: own } });
    for (const asked of [
      ask(`user_identity_id=${otherId}`),
      ask(`user_identity_id=${identityId}`, { user_identity_id: otherId }),
      ask('', { ...own, acs_user_id: 'any' }),
      page.request('GET', '/acs/users/get', { query: 'acs_user_id=any' }),
    ]) {
      expect(await asked).toMatchObject(refusal(403, 'forbidden_for_client_session'));
    }
  });

  test('is not held to what the operation does not look at', async () => {
    const { page } = await bind();
    const unknown = { email_address: 'grace@example.com', someone: otherId };
    const user_identity = { user_identity_id: identityId };
    for (const asked of [{ body: unknown }, { query: 'acs_user_id=any' }]) {
      const answer = await page.request('POST', '/user_identities/get', asked);
      expect(answer).toMatchObject({ status: 200, body: { user_identity } });
    }
    const own = await page.post('/client_sessions/get', { user_identity_id: otherId });
    expect(own).toMatchObject({ body: { client_session: { user_identity_ids: [identityId] } } });
  });

  test('scans a card for its user, sees how that ends, and sees no other attempt', async () => {
    const { page } = await bind();
    const order = { acs_encoder_id: desk.encoderId };
    await desk.placeCard(newCard());
    const seam = new SeamHttp({ clientSessionToken: page.token ?? '', endpoint: desk.url });
    const ended = await seam.acs.encoders.scanToAssignCredential(
      { ...order, user_identity_id: identityId },
      { waitForActionAttempt: { pollingInterval: 20, timeout: 60_000 } },
    );
    expect(ended).toMatchObject({ status: 'success', result: { user_identity_id: identityId } });
    const scan = await desk.raw.post('/acs/encoders/scan_credential', order);
    const { action_attempt_id: theirs } = Object(scan.body).action_attempt;
    for (const path of ['/action_attempts/get', '/action_attempts/cancel']) {
      const answer = await page.post(path, { action_attempt_id: theirs });
      expect(answer).toMatchObject(refusal(404, 'action_attempt_not_found'));
    }
    await desk.raw.post('/action_attempts/cancel', { action_attempt_id: theirs });
    await desk.removeCard();
  });

  test.each([
    ...['/acs/credentials/get', '/acs/encoders/list', '/acs/encoders/scan_credential', '/events/list'],
    ...['/acs/entrances/list', '/action_attempts/list', '/workspaces/get', '/acs/users/create', '/metrics'],
  ])('may not ask for %s', async (path) => {
    const { page } = await open({ user_identity_id: identityId, scopes: ['read', 'scan', 'manage'] });
    const method = path === '/metrics' ? 'GET' : 'POST';
    expect(await page.request(method, path)).toMatchObject(refusal(403, 'forbidden_for_client_session'));
  });

  test('asks over the socket, and may not subscribe', async () => {
    const { token } = await bind();
    await using live = await LiveClient.connect(desk.url);
    live.send({ type: 'authenticate', token });
    expect(await live.ask('/user_identities/get', {})).toMatchObject({
      ok: true,
      user_identity: { user_identity_id: identityId },
    });
    expect(await live.ask('/acs/encoders/list', {})).toMatchObject({
      error: { type: 'forbidden_for_client_session' },
    });
    live.send({ type: 'subscribe', after: 0 });
    expect(await live.closed).toMatchObject({ code: 4403 });
    expect(live.changes).toEqual([]);
  });
});

describe('the socket of a session', () => {
  async function subscribe(parameters: object = {}) {
    const session = await open(parameters);
    return { ...session, live: await LiveClient.open(desk.url, session.token) };
  }

  test(
    'is closed with 4401 the moment that the session expires, without a frame',
    PROMISE_OF_TIME,
    async () => {
      const { live } = await subscribe({ expires_at: new Date(clock.now() + HOUR_MS).toISOString() });
      clock.pass(HOUR_MS - 1);
      expect(await live.ask('/v1/hello', {})).toMatchObject({ ok: true });
      clock.pass(1);
      const at = performance.now();
      expect(await live.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('ended at') });
      // A ping, every 30 s, would find out as well.
      expect(performance.now() - at).toBeLessThan(5000);
    },
  );

  test('stays when the session was given more time', async () => {
    const user_identifier_key = 'prolonged';
    const soon = new Date(clock.now() + HOUR_MS).toISOString();
    const { live } = await subscribe({ user_identifier_key, expires_at: soon });
    const later = new Date(clock.now() + 2 * HOUR_MS).toISOString();
    const again = { user_identifier_key, expires_at: later };
    await desk.raw.ask('/client_sessions/get_or_create', again, envelope);
    clock.pass(HOUR_MS);
    expect(await live.ask('/v1/hello', {})).toMatchObject({ ok: true });
    clock.pass(HOUR_MS);
    expect(await live.closed).toMatchObject({ code: 4401 });
  });

  test.each(['revoke', 'delete'])('is closed with 4401 at once by %s', async (verb) => {
    const { live, client_session_id } = await subscribe();
    await desk.raw.post(`/client_sessions/${verb}`, { client_session_id });
    expect(await live.closed).toMatchObject({ code: 4401 });
  });

  test('is closed with 4403 when the session is bound to somebody: it heard everybody', async () => {
    const { live, client_session_id } = await subscribe();
    await desk.seam.clientSessions.grantAccess({ client_session_id, user_identity_id: identityId });
    expect(await live.closed).toMatchObject({ code: 4403 });
  });
});
