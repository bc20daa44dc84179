import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { SeamHttp } from '@seamapi/http';
import { SeamHttp as SeamHttp1 } from '@seamapi/http-v1';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';
import { type Desk, openDeskFirst } from './desk.ts';
import { HandClock } from './hand-clock.ts';
import { RawClient } from './raw-client.ts';
import { newCard, StoryDesk } from './story-desk.ts';

const clock = new HandClock();

let desk: Desk;
openDeskFirst(
  (opened) => {
    desk = opened;
  },
  { clock },
);

const envelope = z.object({ action_attempt: actionAttempt });

describe.each([
  ['the newest client', (options: object) => new SeamHttp(options)],
  ['the last client of 1.x', (options: object) => new SeamHttp1(options)],
])('%s', (_, client) => {
  test('holds a session in the page, and takes a new token when the server gives one', async () => {
    const endpoint = desk.url;
    const user_identifier_key = crypto.randomUUID();
    const { token: first } = await desk.seam.clientSessions.getOrCreate({ user_identifier_key });
    const page = client({ clientSessionToken: first, endpoint });
    expect(await page.acs.encoders.list({ acs_system_id: desk.systemId })).toHaveLength(2);
    expect(await page.clientSessions.get()).toMatchObject({ user_identifier_key });
    const { token: second } = await desk.seam.clientSessions.getOrCreate({ user_identifier_key });
    await page.updateClientSessionToken(second);
    expect(await page.workspaces.get()).toMatchObject({ name: 'Front desk' });
    await expect(page.clientSessions.list()).rejects.toMatchObject({ statusCode: 403 });
  });
});

test('the example in docs/client-sessions.md works as it is pasted', async () => {
  const text = readFileSync(new URL('../../docs/client-sessions.md', import.meta.url), 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const script = example
    .replace('http://127.0.0.1:3375', desk.url)
    // The desk's clock is not that of the script.
    .replace('Date.now()', String(clock.now()));
  expect(script).toContain('clientSessionToken');
  const words = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { ...process.env, SEAM_API_KEY: desk.token },
  });
  expect(stdout).toContain(desk.encoderId);
});

describe('the attempt of a session', () => {
  /** A page with a session of the key `spa`, and its scan that waits for a card. */
  async function waiting() {
    const name = `spa ${crypto.randomUUID()}`;
    const expires_at = new Date(clock.now() + 10_000).toISOString();
    const app = desk.app(name);
    const created = await app.post('/client_sessions/create', { expires_at });
    const { client_session_id, token } = Object(created.body).client_session;
    const page = new RawClient(desk.url, token);
    const order = { acs_encoder_id: desk.encoderId };
    const { action_attempt } = await page.ask('/acs/encoders/scan_credential', order, envelope);
    return { name, client_session_id, action_attempt_id: action_attempt.action_attempt_id };
  }

  test.each<[string, (session: Awaited<ReturnType<typeof waiting>>) => unknown]>([
    [
      'is revoked',
      ({ client_session_id }) => desk.raw.post('/client_sessions/revoke', { client_session_id }),
    ],
    [
      'is deleted',
      ({ client_session_id }) => desk.raw.post('/client_sessions/delete', { client_session_id }),
    ],
    ['ends with its key', ({ name }) => desk.revokeKey(name)],
    [
      'expires, as soon as anything happens',
      async () => {
        clock.pass(10_000);
        await desk.seam.userIdentities.create({});
        await desk.seam.acs.users.create({ acs_system_id: desk.systemId, full_name: 'Anybody' });
      },
    ],
  ])('ends when the session %s, and the encoder is free', async (_, end) => {
    await using story = await StoryDesk.open(desk);
    const session = await waiting();
    await end(session);
    expect(await story.end(session.action_attempt_id)).toMatchObject({
      status: 'error',
      error: { type: 'action_attempt_expired', reason: 'cancelled' },
    });
    expect(await story.serve(await story.scan(), newCard())).toMatchObject({ status: 'success' });
  });
});
