import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';
import { EXPLANATIONS } from '../../../src/cli/explained.ts';
import { encoders, openDesk, place } from './encoderctl-desk.ts';

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
  });

  test('says of each command what it is for, in the list and alone', async () => {
    const { shell } = desk;
    const { stdout } = await shell.run('help');
    const usages = stdout
      .split('\n')
      .slice(3)
      .filter((line) => /^ {2}\S/.test(line));
    const commands = new Set(usages.map((line) => line.trim().split(' ')[0]));
    expect(commands.size).toBe(Object.keys(EXPLANATIONS).length);
    for (const { summary } of Object.values(EXPLANATIONS)) expect(stdout).toContain(`      ${summary}\n`);
    const { code, stdout: alone } = await shell.run('keys', '--help');
    expect({ code, alone }).toEqual({
      code: 0,
      alone: expect.stringMatching(
        /^usage: encoderctl keys create .*\n\nMakes, lists .*\.\n\n {2}--scope {2}.* read \(.*\n$/,
      ),
    });
    expect((await shell.run('help', 'keys')).stdout).toBe(alone);
  });

  test('says its version, with a daemon or without', async () => {
    const { shell } = desk;
    expect(await shell.run('--version')).toEqual({
      code: 0,
      stdout: `encoderd ${packageJson.version}\n`,
      stderr: '',
    });
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
});

describe('encoderctl encoders and status', () => {
  test('tell of the encoders and the drivers, to programs and to people', async () => {
    const { shell, daemon } = desk;
    const listed = await shell.run('encoders');
    expect(listed.stdout).toMatch(
      /^ENCODER +NAME +STATE +DRIVER +HEALTH\n(\S+ +Virtual encoder \d +online +virtual +unknown\n){2}$/,
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

  test('say how each encoder wears, and what to do about it', async () => {
    const { shell, encoder } = desk;
    const database = new SQLite(join(shell.stateDir, 'encoderd.db'));
    const today = Math.floor(Date.now() / 86_400_000);
    const worn = database.prepare(
      'INSERT INTO encoder_strain (acs_encoder_id, day, replugs) VALUES (?, ?, ?)',
    );
    worn.run(encoder, today, 50);
    database.close();
    const { stdout } = await shell.run('encoders');
    expect(stdout).toMatch(new RegExp(`^${encoder} .* replace$`, 'm'));
    expect(stdout).toMatch(/^Virtual encoder \d: In the last 7 days it was unplugged 50 times\. /m);
    expect(await shell.json('encoders')).toContainEqual(
      expect.objectContaining({
        acs_encoder_id: encoder,
        health: { word: 'replace', sign: 'replugs', reason: expect.stringContaining('50 times') },
      }),
    );
  });

  test('make a key of their own once, for its owner alone, and a new one when that was revoked', async () => {
    const { shell } = desk;
    const path = join(shell.stateDir, 'encoderctl.key');
    const key = readFileSync(path, 'utf8');
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    await shell.json('status');
    expect(readFileSync(path, 'utf8')).toBe(key);
    const listed = await shell.run('keys', 'list');
    expect(listed.stdout).toContain('"encoderctl" is this tool\'s own key');
    expect(await shell.json('keys', 'list')).toContainEqual(
      expect.objectContaining({ name: 'encoderctl', is_of_encoderctl: true }),
    );
    const revoked = await shell.run('keys', 'revoke', 'encoderctl');
    expect(revoked.stdout).toContain('it makes itself a new one');
    await shell.json('status');
    expect(readFileSync(path, 'utf8')).not.toBe(key);
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
        { interval: 100 },
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
