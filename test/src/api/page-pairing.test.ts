import { createECDH, generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/model/api-key.ts';
import { FakeClock } from '../../fake-clock.ts';
import { Desk } from '../../stories/desk.ts';
import { base64url, PairedPage } from '../../stories/paired-page.ts';
import type { RawAnswer } from '../../stories/raw-client.ts';

const MINUTE = 60_000;

const clock = new FakeClock();
let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ clock });
});
afterAll(() => desk[Symbol.asyncDispose]());
// What one test counted, no other counts.
beforeEach(() => clock.advance(20 * MINUTE));
afterEach(() => {
  const { errorLines } = desk;
  desk.lines.length = 0;
  expect(errorLines).toEqual([]);
});

const refusal = (status: number, type: string, data?: object) => ({
  status,
  body: { ok: false, error: { type, ...(data === undefined ? {} : { data }) } },
});

/** An origin that no other test has. */
const newOrigin = () => `https://${crypto.randomUUID()}.example.com`;
const newPage = (origin = newOrigin()) => PairedPage.open(desk, origin);

const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const waiting = async (client = desk.raw) => {
  const { status, body } = await client.post('/v1/pairing/list');
  expect(status).toBe(200);
  const pairings: readonly Record<string, unknown>[] = Object(body).pairings;
  return pairings;
};

const spki = (bytes: Uint8Array | Buffer) => base64url(bytes);

describe('a request', () => {
  test('says what waits, and for how long; the code is in no answer to the page', async () => {
    const page = await newPage();
    const answer = await page.post('/v1/pairing/request', {
      ...{ scopes: ['read', 'scan', 'read'], public_key: page.publicKey, name: ' Hotel PMS ' },
    });
    const { pairing } = Object(answer.body);
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': page.origin } });
    expect(answer.body).toEqual({
      ok: true,
      pairing: {
        ...{ pairing_id: pairing.pairing_id, origin: page.origin, name: 'Hotel PMS' },
        ...{ scopes: ['read', 'scan'], tries_left: 3 },
        created_at: new Date(clock.now()).toISOString(),
        expires_at: new Date(clock.now() + 10 * MINUTE).toISOString(),
      },
    });
    const code = page.code(pairing.pairing_id);
    expect(code).toMatch(/^\d{6}$/);
    const wrong = await page.confirm(pairing.pairing_id, other(code));
    const foreign = await (await newPage()).confirm(pairing.pairing_id, code);
    const right = await page.confirm(pairing.pairing_id, code);
    expect([wrong.status, foreign.status, right.status]).toEqual([403, 404, 200]);
    const told = [answer, wrong, foreign].map(({ body, headers }) => JSON.stringify([body, headers]));
    for (const text of told) expect(text).not.toContain(code);
    expect(JSON.stringify(desk.lines)).not.toContain(`"${code}"`);
  });

  test('without an Origin is refused: only a page can be paired', async () => {
    const { publicKey } = await newPage();
    const order = { scopes: ['read'], public_key: publicKey };
    const without = { authorization: undefined };
    expect(await desk.raw.post('/v1/pairing/request', order, without)).toMatchObject(
      refusal(400, 'invalid_input'),
    );
    const order2 = { pairing_id: crypto.randomUUID(), code: '123456' };
    expect(await desk.raw.post('/v1/pairing/confirm', order2, without)).toMatchObject(
      refusal(400, 'invalid_input'),
    );
  });

  test.each([
    ...[[], ['bridge'], ['read', 'bridge'], ['everything'], 'read', undefined].map((scopes) => ({ scopes })),
    ...['', 'a\nb', 'x'.repeat(101), 'PMS\u202egnp.exe', 7].map((name) => ({ name })),
  ])('for %j is refused', async (wrong) => {
    const page = await newPage();
    const order = { scopes: ['read'], public_key: page.publicKey, ...wrong };
    expect(await page.post('/v1/pairing/request', order)).toMatchObject(refusal(400, 'invalid_input'));
    expect(desk.inStore((store) => store.pagePairings.ofOrigin(page.origin))).toBeNull();
  });

  test('with a key that is not P-256, as SPKI with the point in full, is refused', async () => {
    const page = await newPage();
    const known = Buffer.from(page.publicKey, 'base64url');
    const key = (type: 'ec', namedCurve: string) =>
      generateKeyPairSync(type, { namedCurve }).publicKey.export({ type: 'spki', format: 'der' });
    const ecdh = createECDH('prime256v1');
    ecdh.generateKeys();
    const notOnCurve = Buffer.from(known);
    notOnCurve.writeUInt8(notOnCurve.readUInt8(90) ^ 1, 90);
    const keys = {
      ...{ p384: key('ec', 'P-384'), secp256k1: key('ec', 'secp256k1'), cut: known.subarray(0, 90) },
      ...{ long: Buffer.concat([known, Buffer.of(0)]), notOnCurve },
      ...{
        point: ecdh.getPublicKey(),
        compressed: Buffer.concat([known.subarray(0, 26), ecdh.getPublicKey(null, 'compressed')]),
      },
      ed25519: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
      private: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        type: 'pkcs8',
        format: 'der',
      }),
      ...{ nothing: Buffer.alloc(0), zeros: Buffer.alloc(91) },
    };
    for (const [what, bytes] of Object.entries(keys)) {
      const order = { scopes: ['read'], public_key: spki(bytes) };
      expect(await page.post('/v1/pairing/request', order), what).toMatchObject(
        refusal(400, 'invalid_input'),
      );
    }
    for (const text of [`${page.publicKey}=`, known.toString('base64'), 'x'.repeat(10_000), 7]) {
      const order = { scopes: ['read'], public_key: text };
      expect(await page.post('/v1/pairing/request', order), String(text)).toMatchObject(
        refusal(400, 'invalid_input'),
      );
    }
    await page.request();
  });

  test('of the same origin takes the place of the one before', async () => {
    const page = await newPage();
    const first = await page.request(['admin']);
    const second = await page.request(['read']);
    const mine = (await waiting()).filter(({ origin }) => origin === page.origin);
    expect(mine).toMatchObject([{ pairing_id: second.pairing_id, scopes: ['read'] }]);
    const code = page.code(second.pairing_id);
    expect(await page.confirm(first.pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    expect(await page.confirm(second.pairing_id, code)).toMatchObject({ status: 200 });
  });

  test('is taken five times within ten minutes from one origin, and not once more', async () => {
    const page = await newPage();
    for (let times = 0; times < 5; times += 1) {
      await page.request();
      clock.advance(MINUTE);
    }
    const order = { scopes: ['read'], public_key: page.publicKey };
    const refused = await page.post('/v1/pairing/request', order);
    expect(refused).toMatchObject(refusal(429, 'too_many_requests', { retry_after_seconds: 300 }));
    expect(refused.headers).toMatchObject({ 'retry-after': '300' });
    await (await newPage()).request();
    clock.advance(5 * MINUTE);
    await page.request();
  });

  test('waits with 19 others at most', async () => {
    const pages = await Promise.all(Array.from({ length: 21 }, () => newPage()));
    for (const page of pages.slice(0, 20)) await page.request();
    const last = pages.at(-1);
    const [first] = await waiting();
    const order = { scopes: ['read'], public_key: last?.publicKey };
    expect(await last?.post('/v1/pairing/request', order)).toMatchObject(refusal(429, 'too_many_requests'));
    // Whoever waits already may ask anew.
    await pages[3]?.request();
    expect(await desk.raw.post('/v1/pairing/refuse', { pairing_id: first?.['pairing_id'] })).toMatchObject({
      status: 200,
    });
    await last?.request();
    expect(await waiting()).toHaveLength(20);
  });

  test('with an Idempotency-Key is answered anew: strangers leave no answers here', async () => {
    const [one, two] = [await newPage(), await newPage()];
    const headers = { 'idempotency-key': 'the same' };
    const ask = (page: PairedPage) =>
      page.post('/v1/pairing/request', { scopes: ['read'], public_key: page.publicKey }, headers);
    expect([(await ask(one)).status, (await ask(two)).status]).toEqual([200, 200]);
  });
});

describe('a code', () => {
  test('lets the page in once, from the origin that asked, however it is typed', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request(['read', 'scan'], 'PMS');
    const code = page.code(pairing_id);
    const same = await PairedPage.open(desk, page.origin.replace('https', 'http'));
    expect(await same.confirm(pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    const answer = await page.confirm(pairing_id, ` ${code.slice(0, 3)}-${code.slice(3)}`);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        client_session: {
          ...{ is_paired: true, allowed_origin: page.origin, scopes: ['read', 'scan'], page_name: 'PMS' },
          expires_at: new Date(clock.now() + 366 * 24 * 60 * MINUTE).toISOString(),
          token: 'seam_cst1_hidden',
        },
        token: expect.stringMatching(/^seam_cst1[\w-]{43}$/),
        desk_public_key: expect.stringMatching(/^[\w-]{122}$/),
      },
    });
    expect(await page.confirm(pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    expect(JSON.stringify(desk.lines)).not.toContain(Object(answer.body).token);
  });

  test('that is wrong leaves two tries, then one, then none', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request();
    const code = page.code(pairing_id);
    for (const tries_left of [2, 1, 0]) {
      expect(await page.confirm(pairing_id, other(code))).toMatchObject(
        refusal(403, 'pairing_code_wrong', { tries_left }),
      );
    }
    expect(await page.confirm(pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    expect((await waiting()).filter(({ origin }) => origin === page.origin)).toEqual([]);
  });

  test('that is wrong in form costs no try', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request();
    for (const code of ['', '12345', '1234567', 'abcdef', '１２３４５６', 123456, 'x'.repeat(10_000)]) {
      expect(await page.post('/v1/pairing/confirm', { pairing_id, code })).toMatchObject(
        refusal(400, 'invalid_input'),
      );
    }
    expect(await page.confirm(pairing_id, page.code(pairing_id))).toMatchObject({ status: 200 });
  });

  test('holds ten minutes, also across a restart, which forgets no wrong try', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request();
    const code = page.code(pairing_id);
    await page.confirm(pairing_id, other(code));
    await desk.restart();
    const again = await page.confirm(pairing_id, other(code));
    expect(again).toMatchObject(refusal(403, 'pairing_code_wrong', { tries_left: 1 }));
    clock.advance(10 * MINUTE - 1);
    expect((await waiting()).map((one) => one['pairing_id'])).toContain(pairing_id);
    clock.advance(1);
    expect(await page.confirm(pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    expect(await waiting()).toEqual([]);
  });

  test('is taken from nobody for ten minutes after ten wrong ones', async () => {
    const wrong = async (times: number) => {
      const page = await newPage();
      const { pairing_id } = await page.request();
      const answers: RawAnswer[] = [];
      for (let time = 0; time < times; time += 1) {
        answers.push(await page.confirm(pairing_id, other(page.code(pairing_id) || '0')));
      }
      return answers.map(({ status }) => status);
    };
    const innocent = await newPage();
    for (const times of [3, 3, 3]) expect(await wrong(times)).toEqual([403, 403, 403]);
    const { pairing_id } = await innocent.request();
    expect(await wrong(1)).toEqual([403]);
    const code = innocent.code(pairing_id);
    const locked = await innocent.confirm(pairing_id, code);
    expect(locked).toMatchObject(refusal(429, 'too_many_requests', { retry_after_seconds: 600 }));
    clock.advance(10 * MINUTE - 1);
    const { pairing_id: second } = await innocent.request();
    expect(await innocent.confirm(second, innocent.code(second))).toMatchObject({ status: 429 });
    clock.advance(1);
    expect(await innocent.confirm(second, innocent.code(second))).toMatchObject({ status: 200 });
  });
});

describe('the list', () => {
  test('shows a code only to who may do all that the page asks for', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request(['read', 'admin']);
    const code = async (client = desk.raw) =>
      (await waiting(client)).find((one) => one['pairing_id'] === pairing_id)?.['code'];
    expect(await code()).toBeNull();
    expect(await code(desk.app(`admin ${pairing_id}`, SCOPES))).toBe(page.code(pairing_id));
    const reader = desk.app(`reader ${pairing_id}`, ['read', 'scan']);
    expect(await reader.post('/v1/pairing/list')).toMatchObject(refusal(403, 'missing_scope'));
    expect(await reader.post('/v1/pairing/refuse', { pairing_id })).toMatchObject(
      refusal(403, 'missing_scope'),
    );
    const without = { authorization: undefined };
    expect(await desk.raw.post('/v1/pairing/list', {}, without)).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('hides the codes from who only wants to see who asks, and a code that nobody was shown is not good', async () => {
    const [page, unseen] = [await newPage(), await newPage()];
    const { pairing_id } = await page.request();
    const { pairing_id: unseenId } = await unseen.request();
    const list = async (input: object) => {
      const { status, body } = await desk.raw.post('/v1/pairing/list', input);
      expect(status).toBe(200);
      const pairings: readonly Record<string, unknown>[] = Object(body).pairings;
      return pairings.filter((one) => [pairing_id, unseenId].includes(String(one['pairing_id'])));
    };
    expect(await list({ show_codes: false })).toMatchObject([{ code: null }, { code: null }]);
    expect(await list({ pairing_id: unseenId, show_codes: false })).toMatchObject([{ pairing_id: unseenId }]);
    expect(await list({ pairing_id: crypto.randomUUID() })).toEqual([]);
    const [shown, ...others] = await list({ pairing_id, show_codes: true });
    expect([shown, others]).toMatchObject([{ pairing_id, code: expect.stringMatching(/^\d{6}$/) }, []]);
    expect(await page.confirm(pairing_id, String(shown?.['code']))).toMatchObject({ status: 200 });
    const rightDigits = desk.inStore((store) => store.pagePairings.codeOf(unseenId)) ?? '';
    expect(await unseen.confirm(unseenId, rightDigits)).toMatchObject(refusal(403, 'pairing_code_wrong'));
    expect(await list({})).toMatchObject([{ pairing_id: unseenId, code: rightDigits }]);
    expect(await unseen.confirm(unseenId, rightDigits)).toMatchObject({ status: 200 });
  });

  test('is not for pages that were not let in', async () => {
    const page = await newPage();
    await page.request();
    for (const path of ['/v1/pairing/list', '/v1/pairing/refuse']) {
      expect(await page.post(path, {})).toMatchObject(refusal(403, 'forbidden_origin'));
    }
  });

  test('loses a page that was refused, for which there is no code any more', async () => {
    const page = await newPage();
    const { pairing_id } = await page.request();
    const code = page.code(pairing_id);
    expect(await desk.raw.post('/v1/pairing/refuse', { pairing_id })).toMatchObject({ status: 200 });
    expect(await page.confirm(pairing_id, code)).toMatchObject(refusal(404, 'pairing_not_found'));
    expect(await desk.raw.post('/v1/pairing/refuse', { pairing_id })).toMatchObject(
      refusal(404, 'pairing_not_found'),
    );
  });

  test('is told to be another one whenever it is', async () => {
    await using live = await desk.live();
    const heard = async (work: () => Promise<unknown>) => {
      const before = live.frames.length;
      await work();
      await live.next('pairing.changed', () => true, before);
    };
    const page = await newPage();
    await heard(() => page.request());
    await heard(() => page.request());
    const { pairing_id } = await page.request();
    await heard(() => desk.raw.post('/v1/pairing/refuse', { pairing_id }));
    await heard(() => page.pair());
  });
});

describe('a page that was let in', () => {
  test('has an origin that may come in, until its session is over', async () => {
    const page = await newPage();
    const hello = () => desk.raw.request('GET', '/v1/hello', { headers: { origin: page.origin } });
    expect(await hello()).toMatchObject(refusal(403, 'forbidden_origin'));
    const { client_session } = await page.pair();
    const readable = { 'access-control-allow-origin': page.origin };
    expect(await hello()).toMatchObject({ status: 200, headers: readable });
    const { client_session_id } = client_session;
    expect(await desk.raw.post('/client_sessions/get', { client_session_id })).toMatchObject({
      body: { client_session: { is_paired: true, token: 'seam_cst1_hidden' } },
    });
    expect(await desk.raw.post('/client_sessions/revoke', { client_session_id })).toMatchObject({
      status: 200,
    });
    expect(await hello()).toMatchObject(refusal(403, 'forbidden_origin'));
  });

  test('is out after 90 days without coming, or 366 days', async () => {
    const DAY = 24 * 60 * MINUTE;
    const [idle, busy] = [await newPage(), await newPage()];
    const hello = async ({ origin }: PairedPage) =>
      (await desk.raw.request('GET', '/v1/hello', { headers: { origin } })).status;
    await idle.pair();
    const paired = await busy.pair();
    clock.advance(90 * DAY - 1);
    await using live = await busy.live(paired);
    expect([await hello(idle), await hello(busy)]).toEqual([200, 200]);
    clock.advance(1);
    expect([await hello(idle), await hello(busy)]).toEqual([403, 200]);
    // It comes again before that, three times.
    for (const days of [89, 89, 89]) {
      clock.advance(days * DAY);
      await (await busy.live(paired))[Symbol.asyncDispose]();
    }
    clock.advance(366 * DAY - (90 + 3 * 89) * DAY - 1);
    expect([await hello(busy), live.socket.readyState]).toEqual([200, live.socket.OPEN]);
    clock.advance(1);
    expect(await live.closed).toMatchObject({ code: 4401 });
    expect(live.frames.at(-1)).toMatchObject({ error: { type: 'client_session_expired' } });
    expect(await hello(busy)).toBe(403);
  });

  test('has a token that no HTTP request can be made with', async () => {
    const page = await newPage();
    const { token } = await page.pair(['read']);
    const read = (headers: Record<string, string | undefined>) =>
      desk.raw.request('GET', '/acs/encoders/list', { headers: { authorization: undefined, ...headers } });
    for (const origin of [page.origin, undefined]) {
      const expected =
        origin === undefined ? refusal(403, 'forbidden_origin') : refusal(401, 'proof_required');
      expect(await read({ origin, authorization: `Bearer ${token}` })).toMatchObject(expected);
      expect(await read({ origin, 'client-session-token': token })).toMatchObject(expected);
      expect(
        await desk.raw.request('GET', '/metrics', { headers: { origin, authorization: `Bearer ${token}` } }),
      ).toMatchObject(expected);
    }
  });

  test('may see the codes of pages that ask for no more than it may do', async () => {
    const console_ = await newPage();
    const paired = await console_.pair(['read', 'manage']);
    await using live = await console_.live(paired);
    const [small, large] = [await newPage(), await newPage()];
    const { pairing_id } = await small.request(['read']);
    await large.request(['read', 'encode']);
    const answer = await live.ask('/v1/pairing/list', {});
    expect(answer).toMatchObject({
      pairings: [
        { origin: small.origin, code: small.code(pairing_id) },
        { origin: large.origin, code: null },
      ],
    });
  });
});
