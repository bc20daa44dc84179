import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { Shell } from './encoderctl-process.ts';

const encoders = z.array(
  z.object({ acs_encoder_id: z.string(), display_name: z.string(), state: z.string() }),
);

/** A daemon with two virtual encoders, and a technician at it. */
async function openDesk() {
  const shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('desk');
  const [first, second] = encoders.parse(await shell.json('encoders'));
  if (first === undefined || second === undefined) throw new Error('the desk has not two encoders');
  const [encoder, another] = [first.acs_encoder_id, second.acs_encoder_id];
  const remove = (acs_encoder_id: string) =>
    daemon.post(token, '/acs/encoders/simulate/remove_card', { acs_encoder_id });
  return { shell, daemon, token, encoder, another, remove };
}

/** One desk for all of these tests; each leaves its encoders empty and free. */
let desk: Awaited<ReturnType<typeof openDesk>>;

beforeAll(async () => {
  desk = await openDesk();
});

afterEach(async () => {
  await Promise.all([desk.encoder, desk.another].map((id) => desk.remove(id).catch(() => undefined)));
});

afterAll(async () => {
  await desk.shell[Symbol.asyncDispose]();
});

const place = (daemon: EncoderdProcess, token: string, acs_encoder_id: string, uid: string) =>
  daemon.post(token, '/acs/encoders/simulate/place_card', {
    acs_encoder_id,
    card: { technology: 'ntag215', uid },
  });

describe('encoderctl', () => {
  test('says how it is used: asked to on stdout, else on stderr with 64', async () => {
    const { shell } = desk;
    const help = await shell.run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of [
      ...[
        'keys create',
        'origins allow',
        'encoders',
        'entrances list',
        'watch',
        'scan',
        'encode',
        'card read',
      ],
      'status',
    ]) {
      expect(help.stdout).toContain(`  ${command}`);
    }
    expect(await shell.run()).toEqual({ code: 64, stdout: '', stderr: help.stdout });
    expect(await shell.run('-h')).toEqual(help);
    const usage = [
      'usage: encoderctl sync status | sync refused | sync resync',
      '       encoderctl sync retry [MESSAGE] | sync drop MESSAGE | sync take-theirs MESSAGE',
      '',
    ].join('\n');
    for (const words of [['--help'], ['-h'], ['retry', '--help'], ['--help', '--json']]) {
      expect(await shell.run('sync', ...words)).toEqual({ code: 0, stdout: usage, stderr: '' });
    }
    for (const command of ['desks', 'pair', 'unpair', 'keys', 'watch']) {
      const asked = await shell.run(command, '--help');
      expect(asked, command).toMatchObject({ code: 0, stderr: '' });
      expect(asked.stdout).toMatch(new RegExp(`^usage: encoderctl ${command}`));
    }
    expect(await shell.run('toString')).toMatchObject({ code: 64, stdout: '' });
  });
});

describe('encoderctl origins', () => {
  test('allows, lists and removes, with the daemon running, at once', async () => {
    const { shell, daemon } = desk;
    const origin = 'https://pms.example.com';
    const hello = () => fetch(new URL('/v1/hello', daemon.url), { headers: { origin } });
    expect((await hello()).status).toBe(403);
    expect(await shell.json('origins', 'allow', origin)).toEqual({ allowed: origin });
    expect((await hello()).headers.get('access-control-allow-origin')).toBe(origin);
    expect(await shell.json('origins', 'list')).toEqual([{ origin, allowed_by: 'encoderctl' }]);
    expect((await shell.run('origins', 'remove', origin)).stdout).toContain(
      'may not use the encoder any more',
    );
    expect((await hello()).status).toBe(403);
    expect((await shell.run('origins', 'list')).stdout).toContain('No web page is allowed.');
    expect(await shell.run('origins', 'remove', origin)).toMatchObject({ code: 1, stdout: '' });
  });

  test('fails with 64 for what is no origin', async () => {
    expect(await desk.shell.run('origins', 'allow', 'https://pms.example.com/app')).toMatchObject({
      code: 64,
      stdout: '',
    });
    expect(await desk.shell.run('origins', 'add', 'https://a.example')).toMatchObject({
      code: 64,
      stdout: '',
    });
  });
});

describe('encoderctl encoders and status', () => {
  test('tell of the encoders and the drivers, to programs and to people', async () => {
    const { shell, daemon } = desk;
    const listed = await shell.run('encoders');
    expect(listed.stdout).toMatch(
      /^ENCODER +NAME +STATE +DRIVER\n(\S+ +Virtual encoder \d +online +virtual\n){2}$/,
    );
    expect(await shell.json('status')).toMatchObject({
      url: daemon.url,
      console_url: `${daemon.url}/`,
      drivers: [{ driver: 'virtual', state: 'running' }],
      encoders: [{ state: 'online' }, { state: 'online' }],
    });
    const status = await shell.run('status');
    expect(status.stdout).toContain(`at ${daemon.url}`);
    expect(status.stdout).toContain(`The console: ${daemon.url}/ in a browser`);
    expect(status.stdout).toContain('2 of 2 encoders online');
  });

  test('make a key of their own once, for its owner alone, and a new one when that was revoked', async () => {
    const { shell } = desk;
    const path = join(shell.stateDir, 'encoderctl.key');
    const key = readFileSync(path, 'utf8');
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    await shell.json('status');
    expect(readFileSync(path, 'utf8')).toBe(key);
    await shell.json('keys', 'revoke', 'encoderctl');
    await shell.json('status');
    expect(readFileSync(path, 'utf8')).not.toBe(key);
  });

  test('take the key and the address that they are given', async () => {
    const { daemon, token } = desk;
    await using elsewhere = new Shell();
    expect(await elsewhere.json('encoders', '--url', daemon.url, '--api-key', token)).toHaveLength(2);
    expect(
      await elsewhere.run('encoders', '--url', daemon.url, '--api-key', 'seam_local_wrong'),
    ).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('encoderctl scan', () => {
  test('reads a card and says its number, to people', async () => {
    const { shell, daemon, token, encoder } = desk;
    const scan = shell.start('scan', '--encoder', encoder);
    await scan.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await place(daemon, token, encoder, '04A1B2C3D4E5F6');
    expect(await scan.outcome).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Card number 1303689068602870: not registered here.'),
    });
  });

  test('reads a card and says what it is, to programs', async () => {
    const { shell, daemon, token, encoder } = desk;
    await place(daemon, token, encoder, '04A1B2C3D4E5F6');
    expect(await shell.json('scan', '--encoder', encoder)).toMatchObject({
      status: 'success',
      acs_encoder_id: encoder,
      result: { acs_credential_on_encoder: { card_number: '1303689068602870' } },
    });
  });

  test('fails with 1 when no card comes in time, and with 64 when it is not said which encoder', async () => {
    const { shell, encoder, another } = desk;
    expect(await shell.run('scan', '--encoder', encoder, '--timeout', '1')).toMatchObject({
      code: 1,
      stderr: 'No card was placed on the encoder in time. Start again and place the card.\n',
    });
    expect(await shell.run('scan')).toMatchObject({
      code: 64,
      stderr: [
        'There are 2 encoders. Say which one, with --encoder ID:',
        `  ${encoder}  Virtual encoder 1`,
        `  ${another}  Virtual encoder 2`,
        '',
      ].join('\n'),
    });
    for (const words of [['scan'], ['encode', 'none'], ['card', 'read']]) {
      expect(await shell.run(...words, '--encoder', encoder, '--timeout', '601')).toMatchObject({
        code: 64,
        stdout: '',
        stderr: expect.stringContaining('1 to 600, not "601"'),
      });
    }
    expect((await shell.run('scan', '--encoder', 'none')).code).toBe(1);
  });

  test('is told when somebody else has the encoder, and does not take their attempt for its own', async () => {
    const { shell, daemon, token, encoder } = desk;
    await daemon.post(token, '/acs/encoders/scan_credential', { acs_encoder_id: encoder });
    expect(await shell.run('scan', '--encoder', encoder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The encoder is in use by desk.'),
    });
    // With the app's own key the scan takes the place of what the app asked for before.
    const { acs_user } = z.object({ acs_user: z.object({ acs_user_id: z.string() }) }).parse(
      await daemon.post(token, '/acs/users/create', {
        acs_system_id: await systemOf(daemon, token),
        full_name: 'Ada',
      }),
    );
    await daemon.post(token, '/acs/encoders/scan_to_assign_credential', {
      acs_encoder_id: encoder,
      acs_user_id: acs_user.acs_user_id,
    });
    const scan = shell.start('scan', '--encoder', encoder, '--api-key', token);
    await scan.line((line) => line === 'Place the card on the encoder, or swipe it.');
    await place(daemon, token, encoder, '04A1B2C3D4E5F6');
    expect(await scan.outcome).toMatchObject({ code: 0 });
  });

  test('is cancelled by Ctrl-C', async () => {
    const { shell, encoder } = desk;
    const scan = shell.start('scan', '--encoder', encoder);
    await scan.line((line) => line === 'Place the card on the encoder, or swipe it.');
    scan.process.kill('SIGINT');
    expect(await scan.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('cancelled') });
    expect(encoders.parse(await shell.json('encoders')).map(({ state }) => state)).toEqual([
      'online',
      'online',
    ]);
  });
});

describe('encoderctl watch', () => {
  test('shows cards and attempts as things happen, until Ctrl-C', async () => {
    const { shell, daemon, token, encoder } = desk;
    const watch = shell.start('watch');
    await watch.line((line) => line.startsWith('Watching.'));
    await place(daemon, token, encoder, '04A1B2C3D4E5F6');
    await watch.line((line) => line.includes('number 1303689068602870, uid 04A1B2C3D4E5F6, ntag215'));
    await daemon.post(token, '/acs/encoders/scan_credential', { acs_encoder_id: encoder });
    await watch.line((line) => line.includes('SCAN_CREDENTIAL succeeded'));
    await daemon.post(token, '/acs/encoders/simulate/remove_card', { acs_encoder_id: encoder });
    await watch.line((line) => line.includes('card off  Virtual encoder'));
    watch.process.kill('SIGINT');
    expect(await watch.outcome).toMatchObject({ code: 0, stderr: '' });
  });

  test('is a JSON object a line for programs, and fails with 1 when the daemon goes', async () => {
    const { shell, daemon, token, encoder } = desk;
    const watch = shell.start('watch', '--json');
    const seen = watch.line((line) => line.includes('card.presented'));
    // Nothing says that it listens; a card that is swapped until it was seen does.
    let isSeen = false;
    void seen.then(() => {
      isSeen = true;
    });
    let count = 0;
    await expect
      .poll(
        async () => {
          await place(daemon, token, encoder, `04A1B2C3D4${(count % 200).toString(16).padStart(2, '0')}F6`);
          count += 1;
          return isSeen;
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe(true);
    expect(JSON.parse(await seen)).toMatchObject({
      type: 'card.presented',
      acs_encoder_id: encoder,
      card: { technology: 'ntag215' },
    });
    await daemon.stop();
    const { code, stdout, stderr } = await watch.outcome;
    expect(code).toBe(1);
    for (const line of stdout.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(JSON.parse(stderr)).toEqual({
      error: { message: expect.stringContaining('closed the connection') },
    });
  });
});

async function systemOf(daemon: EncoderdProcess, token: string): Promise<string> {
  const answer = await daemon.post(token, '/acs/systems/list', {});
  const { acs_systems } = z
    .object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })) })
    .parse(answer);
  return acs_systems[0]?.acs_system_id ?? '';
}
