import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectOptions, connectFrom } from '../../../src/client/connect.ts';
import type { Desk } from '../../../src/client/desk.ts';
import { DeskError } from '../../../src/client/errors.ts';
import { makeKeyPair } from '../../../src/client/keys.ts';
import { PAGE_NAME } from '../../../src/model/page-pairing.ts';
import { PageDouble } from './page-double.ts';
import { ScriptedDaemon, say } from './scripted-daemon.ts';

let daemon: ScriptedDaemon;
let page: PageDouble;
const desks: Desk[] = [];

beforeEach(async () => {
  daemon = await ScriptedDaemon.start();
  page = new PageDouble();
});
afterEach(async () => {
  for (const desk of desks.splice(0)) desk.close();
  await daemon[Symbol.asyncDispose]();
});

async function connected(options: ConnectOptions = {}): Promise<Desk> {
  const desk = await connectFrom(page, daemon.url, { token: 'secret', ...options });
  desks.push(desk);
  return desk;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error) => (error instanceof DeskError ? error.code : String(error)),
  );

describe('requests', () => {
  test('are answered by their ids, in any order', async () => {
    daemon.serve({});
    const desk = await connected();
    const waiting: string[] = [];
    daemon.onFrame = ({ type, id, path }, socket) => {
      if (type !== 'request') return;
      waiting.push(String(id));
      if (path !== '/second') return;
      for (const waited of waiting.toReversed())
        say(socket, { type: 'response', id: waited, ok: true, n: waited });
    };
    const [first, second] = await Promise.all([desk.request('/first'), desk.request('/second')]);
    expect([first['n'], second['n']]).toEqual(waiting);
  });

  test('that the daemon refuses reject with its type, its sentence and its data', async () => {
    daemon.serve({});
    const desk = await connected();
    daemon.onFrame = ({ id }, socket) =>
      say(socket, {
        ...{ type: 'response', id, ok: false },
        error: { type: 'encoder_busy', message: 'Wait.', data: { held_by: 'kiosk' } },
      });
    await expect(desk.request('/acs/encoders/scan_credential')).rejects.toMatchObject({
      code: 'encoder_busy',
      message: 'Wait.',
      data: { held_by: 'kiosk' },
    });
  });

  test('made while the connection is away wait for it', async () => {
    daemon.serve({ '/acs/users/create': { made: true } });
    const desk = await connected();
    daemon.mayConnect = false;
    daemon.drop();
    await expect.poll(() => desk.state).toBe('reconnecting');
    const made = desk.request('/acs/users/create');
    daemon.mayConnect = true;
    page.wake();
    expect(await made).toMatchObject({ made: true });
  });

  test('under way when it is lost are asked again where they only read, and else may have been done', async () => {
    daemon.serve({});
    const desk = await connected();
    const read = desk.request('/acs/users/list');
    const write = codeOf(desk.request('/acs/users/create'));
    await expect.poll(() => daemon.of('request')).toHaveLength(2);
    daemon.serve({ '/acs/users/list': { acs_users: [] } });
    daemon.drop();
    expect(await write).toBe('connection_lost');
    expect(await read).toMatchObject({ acs_users: [] });
    expect(daemon.of('request').map(({ path }) => path)).toEqual([
      ...['/acs/users/list', '/acs/users/create'],
      '/acs/users/list',
    ]);
  });

  test('end with the desk', async () => {
    daemon.serve({});
    const desk = await connected();
    const asked = codeOf(desk.request('/acs/users/list'));
    desk.close();
    expect(await asked).toBe('connection_lost');
    expect(await codeOf(desk.request('/acs/users/list'))).toBe('connection_lost');
  });
});

describe('work that is waited for', () => {
  const pending = { action_attempt_id: 'scan', status: 'pending', result: null, error: null };
  const answers = {
    '/acs/encoders/scan_credential': { action_attempt: pending },
    '/action_attempts/get': { action_attempt: pending },
  };

  /** A scan that waits for its card. */
  async function waiting(): Promise<{ readonly desk: Desk; readonly scan: Promise<string> }> {
    daemon.serve(answers);
    const desk = await connected();
    const placing = Promise.withResolvers<void>();
    const scan = codeOf(desk.scan({ encoder: 'one', onProgress: () => placing.resolve() }));
    await placing.promise;
    return { desk, scan };
  }

  test('ends with the desk, by the reason for which it was closed', async () => {
    const { desk, scan } = await waiting();
    const followed = codeOf(desk.follow('scan'));
    desk.close();
    expect([await scan, await followed]).toEqual(['connection_lost', 'connection_lost']);
    expect(page.attempts()).toEqual(['scan']);
  });

  test('ends when the session is revoked', async () => {
    const { scan } = await waiting();
    daemon.tell({ type: 'error', error: { type: 'client_session_revoked', message: 'Over.' } });
    daemon.drop();
    expect(await scan).toBe('token_expired');
  });

  test('ends when the session was revoked while the connection was away', async () => {
    const { desk, scan } = await waiting();
    daemon.onFrame = (_, socket) => {
      say(socket, { type: 'error', error: { type: 'client_session_revoked', message: 'Over.' } });
      socket.close(4401);
    };
    daemon.drop();
    expect(await scan).toBe('token_expired');
    expect(desk.state).toBe('closed');
  });

  test('goes on when the connection was away', async () => {
    const { scan } = await waiting();
    const result = { acs_credential_on_encoder: null };
    daemon.serve({
      ...answers,
      '/action_attempts/get': { action_attempt: { ...pending, status: 'success', result } },
    });
    daemon.drop();
    expect(await scan).toBe('none');
  });
});

describe('changes', () => {
  test('are asked for from the moment of the connection on, and after the last one that was seen when it was lost', async () => {
    daemon.serve({});
    const desk = await connected();
    const seen: unknown[] = [];
    desk.on('card.presented', ({ sequence }) => seen.push(sequence));
    await expect.poll(() => daemon.of('subscribe')).toEqual([{ type: 'subscribe', after: 7 }]);
    daemon.tell({ type: 'card.presented', sequence: 9 });
    await expect.poll(() => seen).toEqual([9]);
    daemon.drop();
    await expect.poll(() => daemon.of('subscribe').at(-1)).toEqual({ type: 'subscribe', after: 9 });
  });

  test('are not asked for where the page may not read', async () => {
    daemon.onFrame = (_, socket) => say(socket, { type: 'authenticated', sequence: 1, scopes: ['scan'] });
    const desk = await connected();
    expect(desk.scopes).toEqual(['scan']);
    expect(daemon.of('subscribe')).toEqual([]);
  });

  test('reach the other listeners of a page when one of them fails', async () => {
    daemon.serve({});
    const desk = await connected();
    const seen: unknown[] = [];
    const failures: unknown[] = [];
    const onFailure = (error: unknown) => failures.push(error);
    process.once('uncaughtException', onFailure);
    desk.on('card.removed', () => {
      throw new Error('of the page');
    });
    const stop = desk.on('card.removed', ({ sequence }) => seen.push(sequence));
    daemon.tell({ type: 'card.removed', sequence: 8 });
    await expect.poll(() => seen).toEqual([8]);
    expect(failures).toHaveLength(1);
    stop();
  });
});

describe('a desk', () => {
  test('that ends the session closes the connection for good', async () => {
    daemon.serve({});
    const desk = await connected();
    const states: unknown[] = [];
    desk.on('state', ({ state, error }) => states.push([state, error?.code]));
    daemon.tell({ type: 'error', error: { type: 'client_session_revoked', message: 'Over.' } });
    daemon.drop();
    await expect.poll(() => states).toEqual([['closed', 'token_expired']]);
    expect(daemon.sockets).toBe(1);
  });

  test.each([
    ['unauthorized', 'token_expired'],
    ['client_session_expired', 'token_expired'],
    ['forbidden_origin', 'origin_not_allowed'],
    ['too_many_requests', 'too_many_requests'],
  ])('that refuses a page with %s: %s', async (type, code) => {
    daemon.onFrame = (_, socket) => {
      say(socket, { type: 'error', error: { type, message: 'No.' } });
      socket.close(4401);
    };
    expect(await codeOf(connected())).toBe(code);
  });

  test('that answers no WebSocket is looked at: it says whether the page is let in', async () => {
    daemon.mayConnect = false;
    expect(await codeOf(connected())).toBe('connection_lost');
  });

  test('has the only encoder that is online', async () => {
    const encoder = (id: string, state: string) => ({ acs_encoder_id: id, state });
    const answers = {
      '/acs/encoders/list': { acs_encoders: [encoder('one', 'offline'), encoder('two', 'busy')] },
      '/acs/encoders/scan_credential': { action_attempt: { action_attempt_id: 'scan' } },
      '/action_attempts/get': {
        action_attempt: {
          ...{ action_attempt_id: 'scan', status: 'success', error: null },
          result: { acs_credential_on_encoder: null },
        },
      },
    };
    daemon.serve(answers);
    const desk = await connected();
    expect(await desk.scan()).toEqual({ acs_credential_on_encoder: null });
    expect(daemon.of('request').map(({ params }) => params)).toContainEqual({ acs_encoder_id: 'two' });
    expect(await desk.unfinished()).toEqual([]);
    answers['/acs/encoders/list'].acs_encoders.pop();
    expect(await codeOf(desk.scan())).toBe('no_encoder_online');
  });
});

describe('a page that the browser keeps back', () => {
  test('is told so before anything is asked', async () => {
    page.problems = ['permission_denied'];
    expect(await codeOf(connected())).toBe('permission_denied');
    expect(daemon.sockets).toBe(0);
  });

  test('is connected when the person has said yes', async () => {
    daemon.serve({});
    page.problems = ['permission_prompt_pending', null];
    const desk = await connected();
    expect(desk.state).toBe('connected');
  });

  test('by Safari is told to use another browser, or TLS', async () => {
    await daemon[Symbol.asyncDispose]();
    page.isSafari = true;
    expect(await codeOf(connected())).toBe('safari_mixed_content');
    expect(await codeOf(connected({ url: daemon.url.replace('http', 'https') }))).toBe('daemon_not_running');
  });

  test('may stop trying at any moment', async () => {
    const stop = new AbortController();
    const connecting = codeOf(connected({ signal: stop.signal }));
    stop.abort();
    expect(await connecting).toBe('aborted');
  });
});

describe('a page that asks to be paired', () => {
  const pairing = { pairing_id: 'p', expires_at: '2999-01-01T00:00:00Z', tries_left: 3 };
  const refused = (type: string, data = {}) =>
    JSON.stringify({ ok: false, error: { type, message: 'No.', data } });
  beforeEach(() => {
    daemon.http['/v1/pairing/request'] = JSON.stringify({ ok: true, pairing });
    daemon.http['/v1/pairing/confirm'] = [
      refused('pairing_code_wrong', { tries_left: 2 }),
      refused('pairing_not_found'),
    ];
  });
  const pairs = (options: ConnectOptions = {}) => codeOf(connectFrom(page, daemon.url, options));
  const posted = (path: string) => daemon.posts.filter((post) => post.path === path).map(({ body }) => body);

  test.each([
    ['Front desk', 'Front desk'],
    ['x'.repeat(150), 'x'.repeat(100)],
    ['Family \u{1F468}\u200d\u{1F469}', 'Family \u{1F468}\u{1F469}'],
    ['Re\u00adzep\u2028tion\n', 'Rezeption'],
    // The cut goes through the middle of the last one.
    [`${'x'.repeat(99)}\u{1F468}`, 'x'.repeat(99)],
    ['\u200d\u00ad ', undefined],
  ])('and is titled %j is called %j', async (title, name) => {
    page.pageTitle = title;
    expect(await pairs()).toBe('pairing_refused');
    expect(posted('/v1/pairing/request').map((body) => body['name'])).toEqual([name]);
    expect(name ?? 'x').toMatch(PAGE_NAME);
  });

  test('is told that a code was wrong, and how many tries are left; what is no code is asked again at once', async () => {
    page.answers = ['12', '123456', ' 65-43 21 '];
    expect(await pairs()).toBe('pairing_refused');
    expect(posted('/v1/pairing/confirm').map(({ code }) => code)).toEqual(['123456', '654321']);
    const question = 'Type the six digits that the desk shows (encoderctl pairing list). Tries left: ';
    expect(page.asked).toEqual([
      `${question}3.`,
      `That was wrong. ${question}3.`,
      `That was wrong. ${question}2.`,
    ]);
  });

  test('that asks the person itself is told so, too', async () => {
    const asked: unknown[] = [];
    const askForCode: ConnectOptions['askForCode'] = ({ tries_left }, wasWrong) => {
      asked.push([tries_left, wasWrong]);
      return '123456';
    };
    expect(await pairs({ askForCode })).toBe('pairing_refused');
    expect(asked).toEqual([
      [3, false],
      [2, true],
    ]);
  });

  test('that never types a code is not asked for ever', async () => {
    expect(await pairs({ askForCode: () => 'code' })).toBe('pairing_refused');
    expect(posted('/v1/pairing/confirm')).toEqual([]);
  });

  test('again does so with the key that it has, by which the desk ends the session before', async () => {
    const keys = await makeKeyPair();
    page.kept = { id: 'old', token: 'old', deskKey: '', scopes: ['read'], ...keys };
    expect(await pairs({ pairAgain: true })).toBe('pairing_refused');
    page.kept = undefined;
    expect(await pairs()).toBe('pairing_refused');
    const [again, anew] = posted('/v1/pairing/request').map((body) => body['public_key']);
    expect(again).toBe(keys.publicKey);
    expect(anew).not.toBe(keys.publicKey);
  });
});

test('an error is written to a log with its message', () => {
  const error = new DeskError('aborted', 'why', { n: 1 });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    ...{ name: 'DeskError', code: 'aborted', message: 'This was stopped.' },
    ...{ detail: 'why', data: { n: 1 } },
  });
});

test('without a pairing and with nobody to ask nothing is asked of the desk', async () => {
  expect(await codeOf(connectFrom(page, daemon.url, { askForCode: null }))).toBe('page_not_paired');
  expect(daemon.frames).toEqual([]);
});
