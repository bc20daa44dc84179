import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FakeClock } from '../../fake-clock.ts';
import { Desk } from '../../stories/desk.ts';
import { LiveClient } from '../../stories/live-client.ts';
import { drawNonce, PairedPage } from '../../stories/paired-page.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ config: { allowed_origins: ['https://allowed.example.com'] } });
});
afterAll(() => desk[Symbol.asyncDispose]());
afterEach(() => {
  vi.useRealTimers();
  const { errorLines } = desk;
  desk.lines.length = 0;
  expect(errorLines).toEqual([]);
});

/** A page of an origin that no other test has, and what it got when it was paired. */
async function pairedPage() {
  const page = await PairedPage.open(desk, `https://${crypto.randomUUID()}.example.com`);
  return { page, paired: await page.pair(['read', 'scan'], 'Hotel PMS') };
}

/** That the socket is closed for this reason, and says so before. */
async function expectEnd(live: LiveClient, type: string, code = 4401) {
  expect(await live.closed).toMatchObject({ code });
  expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type } });
  expect(live.frames.map((frame) => frame.type)).not.toContain('authenticated');
}

describe('a page that was paired', () => {
  test('knows the desk, proves itself, and may do what it asked for', async () => {
    const { page, paired } = await pairedPage();
    await using live = await page.live(paired);
    expect(live.frames.at(-1)).toMatchObject({
      ...{ type: 'authenticated', protocol: 1, scopes: ['read', 'scan'] },
      expires_at: paired.client_session.expires_at,
    });
    expect(await live.ask('/acs/encoders/list', {})).toMatchObject({ ok: true });
    expect(await live.ask('/acs/users/create', { full_name: 'A' })).toMatchObject({
      error: { type: 'missing_scope', message: expect.stringContaining(`"Hotel PMS at ${page.origin}"`) },
    });
    live.send({ type: 'subscribe', after: 0 });
    await live.next('encoder.changed', () => true);
  });

  test('goes on after the daemon was started anew', async () => {
    const { page, paired } = await pairedPage();
    await desk.restart();
    await using live = await page.live(paired);
    expect(await live.ask('/v1/hello', {})).toMatchObject({ ok: true });
  });

  test('stays paired for as long as its socket is open', async () => {
    const DAY = 24 * 60 * 60_000;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const clock = new FakeClock();
    await using other = await Desk.open({ clock });
    const page = await PairedPage.open(other, 'https://pms.example.com');
    const paired = await page.pair();
    await using live = await page.live(paired);
    clock.advance(89 * DAY);
    const pinged = once(live.socket, 'ping');
    vi.advanceTimersByTime(30_000);
    await pinged;
    clock.advance(89 * DAY);
    expect(await live.ask('/acs/encoders/list', {})).toMatchObject({ ok: true });
    const { client_session_id } = paired.client_session;
    const used = other.inStore(
      ({ clientSessions }) => clientSessions.get(client_session_id)?.page?.lastUsedAt,
    );
    expect(used).toBe(clock.now() - 89 * DAY);
  });

  test('is closed at once when its session is revoked, by an app or by a technician', async () => {
    const end = [
      (id: string) => desk.raw.post('/client_sessions/revoke', { client_session_id: id }),
      (id: string) => desk.raw.post('/client_sessions/delete', { client_session_id: id }),
      (id: string) =>
        desk.inStore(({ clientSessions }) => {
          const session = clientSessions.get(id);
          if (session !== null) clientSessions.update({ ...session, revokedAt: Date.now() });
        }),
    ];
    for (const [at, work] of end.entries()) {
      const { page, paired } = await pairedPage();
      await using live = await page.live(paired);
      await work(paired.client_session.client_session_id);
      expect(await live.closed).toMatchObject({ code: 4401 });
      const type = at === 1 ? 'unauthorized' : 'client_session_revoked';
      expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type } });
      await expect(page.connect()).rejects.toThrow('403');
    }
  });

  test('and is paired again with the key that it has loses the session before, at once, and no other page does', async () => {
    const { page, paired } = await pairedPage();
    const other = await PairedPage.open(desk, page.origin);
    await using others = await other.live(await other.pair(['read']));
    // A page of another origin that says the same key ends nothing.
    await using live = await page.live(paired);
    const list: readonly { readonly acs_encoder_id: string }[] = Object(
      await live.ask('/acs/encoders/list', {}),
    ).acs_encoders;
    const scan = { acs_encoder_id: list[0]?.acs_encoder_id, timeout_seconds: 60 };
    expect(await live.ask('/acs/encoders/scan_credential', scan)).toMatchObject({ ok: true });
    const order = { scopes: ['read', 'scan'], public_key: page.publicKey };
    const thief = await PairedPage.open(desk, `https://${crypto.randomUUID()}.example.com`);
    const { pairing } = Object((await thief.post('/v1/pairing/request', order)).body);
    expect(await thief.confirm(pairing.pairing_id, thief.code(pairing.pairing_id))).toMatchObject({
      status: 200,
    });
    expect(await live.ask('/acs/encoders/list', {})).toMatchObject({ ok: true });
    await using again = await page.live(await page.pair(['read', 'scan']));
    expect(await live.closed).toMatchObject({ code: 4401 });
    expect(live.frames.at(-1)).toMatchObject({ type: 'error', error: { type: 'client_session_revoked' } });
    expect(await others.ask('/acs/encoders/list', {})).toMatchObject({ ok: true });
    // What the session before waited for holds no encoder any more.
    expect(await again.ask('/acs/encoders/scan_credential', scan)).toMatchObject({ ok: true });
    const entries = desk.inStore(({ auditLog }) => auditLog.newest(20, null));
    const confirmed = entries.filter(({ action }) => action === 'pairing_confirmed');
    expect(confirmed.filter(({ subject }) => subject.includes('ended_client_session_ids'))).toMatchObject([
      { subject: expect.stringContaining(paired.client_session.client_session_id) },
    ]);
  });

  test('that is revoked between the two frames does not come in', async () => {
    const { page, paired } = await pairedPage();
    const { live, terms } = await page.prove(paired);
    const { client_session_id } = paired.client_session;
    await desk.raw.post('/client_sessions/revoke', { client_session_id });
    const signature = await page.sign({ ...terms, signer: 'page' });
    live.send({ type: 'authenticate', token: paired.token, signature });
    await expectEnd(live, 'client_session_revoked');
  });

  test('makes no sessions, changes no desks, and is no desk', async () => {
    const page = await PairedPage.open(desk, 'https://admin.example.com');
    await using live = await page.live(await page.pair(['read', 'manage', 'admin']));
    for (const path of ['/client_sessions/create', '/v1/desks/add', '/v1/bridge/news'])
      expect(await live.ask(path, {}), path).toMatchObject({ ok: false });
    expect(await live.ask('/client_sessions/get', {})).toMatchObject({
      client_session: { is_paired: true, allowed_origin: page.origin },
    });
  });
});

describe('a stolen token', () => {
  test('is nothing without the frame "prove", with or without a signature', async () => {
    const { page, paired } = await pairedPage();
    for (const more of [{}, { signature: 'A'.repeat(86) }]) {
      const live = await page.connect();
      live.send({ type: 'authenticate', token: paired.token, ...more });
      await expectEnd(live, 'proof_required');
    }
  });

  test('is nothing without the key', async () => {
    const { page, paired } = await pairedPage();
    const thief = await PairedPage.open(desk, page.origin);
    for (const sign of [thief, null]) {
      const { live, terms } = await thief.prove(paired);
      const signature = await sign?.sign({ ...terms, signer: 'page' });
      live.send({ type: 'authenticate', token: paired.token, signature });
      await expectEnd(live, 'proof_required');
    }
  });

  test('is nothing with the key of another session, not even of the same origin', async () => {
    const { page, paired } = await pairedPage();
    const neighbour = await PairedPage.open(desk, page.origin);
    const theirs = await neighbour.pair();
    const { live, terms } = await neighbour.prove(theirs);
    const signature = await neighbour.sign({ ...terms, signer: 'page' });
    live.send({ type: 'authenticate', token: paired.token, signature });
    await expectEnd(live, 'proof_required');
  });

  test('of an app, or a key, does not go with a proof', async () => {
    const { page, paired } = await pairedPage();
    const { live, terms } = await page.prove(paired);
    const signature = await page.sign({ ...terms, signer: 'page' });
    live.send({ type: 'authenticate', token: desk.token, signature });
    await expectEnd(live, 'proof_required');
  });
});

describe('a signature', () => {
  test('of another socket is refused: the desk has a nonce for each', async () => {
    const { page, paired } = await pairedPage();
    const { live: first, terms } = await page.prove(paired);
    const signature = await page.sign({ ...terms, signer: 'page' });
    first.send({ type: 'authenticate', token: paired.token, signature });
    await first.next('authenticated', () => true);
    await first[Symbol.asyncDispose]();
    const second = await page.connect();
    const { clientSessionId, pageNonce } = terms;
    second.send({ type: 'prove', client_session_id: clientSessionId, nonce: pageNonce });
    const { nonce } = await second.next('proof', () => true);
    expect(nonce).not.toBe(terms.deskNonce);
    second.send({ type: 'authenticate', token: paired.token, signature });
    await expectEnd(second, 'proof_required');
  });

  test.each([
    ['by the desk', { signer: 'desk' }],
    ['for another origin', { origin: 'https://evil.example' }],
    ['for another port', { address: '127.0.0.1:3376' }],
    ['for another session', { clientSessionId: crypto.randomUUID() }],
    ['with another nonce of the page', { pageNonce: drawNonce() }],
    ['with another nonce of the desk', { deskNonce: drawNonce() }],
  ] as const)('%s is refused', async (_, wrong) => {
    const { page, paired } = await pairedPage();
    const { live, terms } = await page.prove(paired);
    const signature = await page.sign({ ...terms, signer: 'page', ...wrong });
    live.send({ type: 'authenticate', token: paired.token, signature });
    await expectEnd(live, 'proof_required');
  });

  test('of the desk itself, sent back, is refused', async () => {
    const { page, paired } = await pairedPage();
    const { live } = await page.prove(paired);
    const { signature } = await live.next('proof', () => true);
    live.send({ type: 'authenticate', token: paired.token, signature });
    await expectEnd(live, 'proof_required');
  });

  test('names the address at which the page asked', async () => {
    const { page, paired } = await pairedPage();
    const live = await page.connect(`LocalHost:${desk.port}`);
    const { client_session_id } = paired.client_session;
    const pageNonce = drawNonce();
    live.send({ type: 'prove', client_session_id, nonce: pageNonce });
    const { nonce: deskNonce } = await live.next('proof', () => true);
    const { origin } = page;
    const address = `localhost:${desk.port}`;
    const terms = { clientSessionId: client_session_id, pageNonce, deskNonce, origin, address };
    const signature = await page.sign({ ...terms, signer: 'page' });
    live.send({ type: 'authenticate', token: paired.token, signature });
    await live.next('authenticated', () => true);
    await live[Symbol.asyncDispose]();
  });
});

describe('the frame "prove"', () => {
  const prove = (client_session_id: string) => ({ type: 'prove', client_session_id, nonce: drawNonce() });

  test('of another origin is closed with 4403, and of a program as well', async () => {
    const { paired } = await pairedPage();
    const { client_session_id } = paired.client_session;
    const { page: other } = await pairedPage();
    for (const live of [
      await other.connect(),
      await LiveClient.connect(desk.url, { origin: 'https://allowed.example.com' }),
      await LiveClient.connect(desk.url),
    ]) {
      live.send(prove(client_session_id));
      await expectEnd(live, 'forbidden_origin', 4403);
      expect(live.frames).toHaveLength(1);
    }
  });

  test('for a session that nobody paired, or that is over, is closed with 4401', async () => {
    const { page } = await pairedPage();
    const { client_session } = Object(
      (await desk.raw.post('/client_sessions/create', { allowed_origin: page.origin })).body,
    );
    const again = await (await PairedPage.open(desk, page.origin)).pair();
    const over = again.client_session.client_session_id;
    await desk.raw.post('/client_sessions/revoke', { client_session_id: over });
    for (const [id, type] of [
      [crypto.randomUUID(), 'unauthorized'],
      [client_session.client_session_id, 'unauthorized'],
      [over, 'client_session_revoked'],
    ]) {
      const live = await page.connect();
      live.send(prove(String(id)));
      await expectEnd(live, String(type));
    }
  });

  test('is taken once', async () => {
    const { page, paired } = await pairedPage();
    const { live } = await page.prove(paired);
    live.send(prove(paired.client_session.client_session_id));
    await expectEnd(live, 'invalid_input', 4400);
    await using late = await page.live(paired);
    late.send(prove(paired.client_session.client_session_id));
    expect(await late.closed).toMatchObject({ code: 4400 });
  });

  test.each([
    { client_session_id: 'x' },
    ...['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}\n`, 7].map((nonce) => ({
      nonce,
    })),
  ])('with %j is not understood', async (wrong) => {
    const { page, paired } = await pairedPage();
    const live = await page.connect();
    live.send({ ...prove(paired.client_session.client_session_id), ...wrong });
    await expectEnd(live, 'invalid_input', 4400);
  });

  test('lets nobody do anything, and gives no more time than 3 s', async () => {
    const { page, paired } = await pairedPage();
    const { live } = await page.prove(paired);
    live.send({ type: 'request', id: '1', path: '/acs/encoders/list', params: {} });
    await expectEnd(live, 'unauthorized');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { live: slow } = await page.prove(paired);
    vi.advanceTimersByTime(3000);
    expect(await slow.closed).toMatchObject({ code: 4408 });
  });
});
