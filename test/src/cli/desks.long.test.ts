import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { Shell } from './encoderctl-process.ts';

const added = z.object({ api_key: z.string(), desk_id: z.string(), name: z.string() });
const pairing = z.looseObject({ state: z.string(), code: z.string().optional() });

const encoders = z.array(z.object({ acs_encoder_id: z.string() }));
const systems = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) });

let server: Shell;
let serverDaemon: EncoderdProcess;
let desk: Shell;
beforeAll(async () => {
  server = new Shell();
  desk = new Shell();
  [serverDaemon] = await Promise.all([server.startDaemon(), desk.startDaemon()]);
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const hello = async (key: string) => {
  const body = Object(await serverDaemon.post(key, '/v1/bridge/hello', {}));
  return body.ok === true ? 'welcome' : body.error.type;
};

test('a desk is paired by the code that it shows, and unpaired again', async () => {
  const waiting = desk.start('pair', serverDaemon.url, '--name', 'Lobby', '--json');
  const shown = pairing.parse(JSON.parse(await waiting.line((line) => line.includes('"code"'))));
  expect(shown.state).toBe('waiting');
  const wrong = await server.run('desks', 'pair', 'WRONG2');
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('No desk shows this code')]);
  const typed = await server.run('desks', 'pair', (shown.code ?? '').toLowerCase());
  expect([typed.code, typed.stdout]).toEqual([0, expect.stringContaining('The desk "Lobby" is paired.')]);
  const { code, stdout } = await waiting.outcome;
  expect(code).toBe(0);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    ...{ state: 'paired', desk_name: 'Lobby', endpoint: serverDaemon.url },
  });
  const again = await desk.run('pair', serverDaemon.url);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('encoderctl unpair')]);
  expect((await desk.run('unpair')).stdout).toContain('its own backend');
  expect(await desk.run('unpair')).toMatchObject({ code: 1 });
  expect((await server.run('desks', 'remove', 'Lobby')).code).toBe(0);
});

test('to a person, the code is shown with what to do with it', async () => {
  const waiting = desk.start('pair', serverDaemon.url);
  const line = await waiting.line((one) => one.includes('encoderctl desks pair'));
  expect(line).toMatch(
    new RegExp(`^At the property server ${serverDaemon.url}, type: encoderctl desks pair \\w{6}$`),
  );
  await desk.run('unpair');
  const { code, stderr } = await waiting.outcome;
  expect([code, stderr]).toEqual([1, 'Somebody ended the pairing. Begin again, if you want it.\n']);
});

test('a key for a desk is shown once, can be replaced, and ends with the desk', async () => {
  const first = added.parse(await server.json('desks', 'add', 'Pool bar'));
  expect(await hello(first.api_key)).toBe('welcome');
  expect(await server.run('desks', 'add', 'Pool bar')).toMatchObject({ code: 1 });
  const second = added.parse(await server.json('desks', 'new-key', 'Pool bar'));
  expect([second.desk_id, await hello(first.api_key), await hello(second.api_key)]).toEqual([
    ...[first.desk_id, 'unauthorized', 'welcome'],
  ]);
  const { stdout } = await server.run('desks', 'list');
  expect(stdout).toMatch(/^NAME +PAIRED +LAST SEEN \(to the minute\) +CLOCK +DESK\nPool bar +\S+Z +\S+Z +/);
  expect(stdout).not.toContain('seam_local');
  expect(await server.json('desks', 'remove', first.desk_id)).toEqual({
    ...{ removed: 'Pool bar', desk_id: first.desk_id },
  });
  expect(await hello(second.api_key)).toBe('unauthorized');
  expect(await server.json('desks', 'list')).toEqual([]);
  const none = await server.run('desks', 'remove', 'Pool bar');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no desk "Pool bar"')]);
});

test('a server that is not there, and this desk itself, are named', async () => {
  const away = await desk.run('pair', 'http://127.0.0.1:9', '--json');
  expect([away.code, JSON.parse(away.stderr)]).toEqual([
    1,
    {
      error: {
        ...{ type: 'backend_unavailable', message: expect.stringContaining('nothing listens there') },
      },
    },
  ]);
});

test('a desk that has written cards is told so before its code, and stays as it is when the server is another system', async () => {
  const own = new Shell();
  try {
    const daemon = await own.startDaemon();
    const token = daemon.createApiKey('desk');
    const [encoder] = encoders.parse(await own.json('encoders'));
    const acs_encoder_id = encoder?.acs_encoder_id ?? '';
    const { acs_systems } = systems.parse(await daemon.post(token, '/acs/systems/list', {}));
    const made = await daemon.post(token, '/acs/users/create', { ...acs_systems[0], full_name: 'Ada' });
    const { acs_user_id } = Object(made).acs_user;
    const card = { acs_user_id, access_method: 'card' };
    const { acs_credential } = Object(await daemon.post(token, '/acs/credentials/create', card));
    await daemon.post(token, '/acs/encoders/simulate/place_card', {
      ...{ acs_encoder_id, card: { technology: 'ntag215', uid: '04A1B2C3D4E5F6' } },
    });
    await own.json('encode', acs_credential.acs_credential_id, '--encoder', acs_encoder_id);
    const waiting = own.start('pair', serverDaemon.url, '--name', 'Bar');
    const line = await waiting.line((one) => one.startsWith('Beware') || one.startsWith('The code'));
    expect(line).toMatch(/^Beware: This desk has written cards/);
    const typed = await waiting.line((one) => one.includes('encoderctl desks pair'));
    expect(await server.run('desks', 'pair', typed.split(' ').at(-1) ?? '')).toMatchObject({ code: 0 });
    const { code, stderr } = await waiting.outcome;
    expect([code, stderr]).toEqual([1, expect.stringContaining('name its own access system')]);
    expect(stderr).toContain('encoderctl desks remove "Bar"');
    expect(await own.json('sync', 'status')).toMatchObject({ state: 'off', endpoint: null });
    const after = systems.parse(await daemon.post(token, '/acs/systems/list', {}));
    expect(after.acs_systems).toEqual(acs_systems);
    expect((await server.run('desks', 'remove', 'Bar')).code).toBe(0);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test('half an order is a wrong use', async () => {
  for (const words of [
    ['pair'],
    ['unpair', 'x'],
    ['desks'],
    ['desks', 'add'],
    ['desks', 'pair'],
    ['desks', 'list', 'x'],
  ]) {
    expect(await desk.run(...words), words.join(' ')).toMatchObject({ code: 64 });
  }
});
