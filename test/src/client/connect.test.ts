import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectOptions, connectFrom } from '../../../src/client/connect.ts';
import type { Desk } from '../../../src/client/desk.ts';
import { DeskError } from '../../../src/client/errors.ts';
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

test('without a pairing and with nobody to ask nothing is asked of the desk', async () => {
  expect(await codeOf(connectFrom(page, daemon.url, { askForCode: null }))).toBe('page_not_paired');
  expect(daemon.frames).toEqual([]);
});
