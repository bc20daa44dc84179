import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { keysCommand } from '../../../src/cli/keys.ts';
import { CommandError, EXIT } from '../../../src/cli/terminal.ts';
import { Shell } from './encoderctl-process.ts';

const madeKey = z.object({ api_key: z.string(), name: z.string(), scopes: z.array(z.string()) });

/** Runs the command in this process, on a state folder of its own; returns what it says to a program. */
function keysOnNewState() {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return async (...words: readonly string[]): Promise<unknown> => {
    const said: unknown[] = [];
    await keysCommand.run([...words, '--state-dir', folder], {
      isJson: true,
      result: (value) => said.push(value),
      news: (value) => said.push(value),
      progress: () => {},
      fail: (error) => {
        throw error;
      },
    });
    return said[0];
  };
}

/** The HTTP status that a key gets for a request that needs the scope `read`. */
async function statusFor(url: string, token: string): Promise<number> {
  const response = await fetch(new URL('/acs/encoders/list', url), {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.body?.cancel();
  return response.status;
}

/** Every file below a folder. */
function filesIn(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
}

describe('encoderctl keys', () => {
  test('makes, lists and revokes keys without a daemon, for programs and for people', async () => {
    await using shell = new Shell();
    expect(await shell.json('keys', 'create', '--name', 'pms')).toEqual({
      api_key: expect.stringMatching(/^seam_local_[\w-]{43}$/),
      name: 'pms',
      scopes: ['read', 'scan', 'encode', 'manage'],
    });
    expect((await shell.run('keys', 'create', '--name', 'kiosk')).stdout).toMatch(
      /^seam_local_[\w-]{43}\n\nThis is the key of "kiosk" .* It is shown once/,
    );
    expect((await shell.run('keys', 'revoke', 'pms')).stdout).toContain('The key "pms" is revoked.');
    expect((await shell.run('keys', 'list')).stdout).toMatch(
      /^NAME +SCOPES +CREATED +STATE\npms .* revoked \S+\nkiosk +read,scan,encode,manage +\S+ +valid\n$/,
    );
    expect(await shell.json('keys', 'list')).toMatchObject([
      { name: 'pms', revoked_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      { name: 'kiosk', scopes: ['read', 'scan', 'encode', 'manage'], revoked_at: null },
    ]);
  });

  test('says that there are no keys yet where a store is', async () => {
    await using shell = new Shell();
    await shell.run('origins', 'allow', 'https://pms.example.com');
    expect((await shell.run('keys', 'list')).stdout).toContain('There are no keys yet.');
  });

  test('works with a daemon that runs, at once, and keeps the hash of a key and nothing else of it', async () => {
    await using shell = new Shell();
    const daemon = await shell.startDaemon();
    const { api_key } = madeKey.parse(await shell.json('keys', 'create', '--name', 'pms'));
    expect(await statusFor(daemon.url, api_key)).toBe(200);
    const whileItRuns = filesIn(shell.stateDir);
    expect(whileItRuns.map(({ name }) => name)).toContain('encoderd.db-wal');
    expect(whileItRuns.some(({ bytes }) => bytes.includes('pms'))).toBe(true);
    await shell.json('keys', 'revoke', 'pms');
    expect(await statusFor(daemon.url, api_key)).toBe(401);
    expect(await daemon.stop()).toBe(0);
    const secret = api_key.replace('seam_local_', '');
    for (const { name, bytes } of [...whileItRuns, ...filesIn(shell.stateDir)]) {
      expect(bytes.includes(secret), name).toBe(false);
      expect(bytes.includes(Buffer.from(secret, 'base64url')), name).toBe(false);
    }
  });

  test('gives a key the scopes that it is told', async () => {
    const keys = keysOnNewState();
    expect(await keys('create', 'kiosk', '--scope', 'read,scan', '--scope', 'admin')).toMatchObject({
      scopes: ['read', 'scan', 'admin'],
    });
    await expect(keys('create', 'spa', '--scope', 'everything')).rejects.toEqual(
      new CommandError(
        'There is no scope "everything". There are: read, scan, encode, manage, admin, bridge',
        EXIT.usage,
      ),
    );
    expect(await keys('list')).toMatchObject([{ name: 'kiosk' }]);
  });

  test('refuses a name that is taken, and a key that there is none of', async () => {
    const keys = keysOnNewState();
    await keys('create', '--name', 'pms');
    await expect(keys('create', '--name', 'pms')).rejects.toMatchObject({
      message: 'There is a key named "pms" already. Revoke it first, or choose another name.',
      exitCode: EXIT.failed,
    });
    await expect(keys('revoke', 'spa')).rejects.toMatchObject({
      message: 'There is no key named "spa". See: encoderctl keys list',
      exitCode: EXIT.failed,
    });
    await keys('revoke', 'pms');
    await keys('create', '--name', 'pms');
  });

  test.each([[''], ['create'], ['create --name='], ['revoke'], ['burn'], ['list --loud']])(
    'says how it is used when it is called with "%s"',
    async (words) => {
      const keys = keysOnNewState();
      await expect(keys(...words.split(' ').filter((word) => word !== ''))).rejects.toMatchObject({
        exitCode: EXIT.usage,
      });
    },
  );

  test('fails with 1 and JSON on stderr, or with 64 when it is called wrongly', async () => {
    await using shell = new Shell();
    const { code, stdout, stderr } = await shell.run('keys', 'revoke', 'spa', '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({ error: { message: expect.stringContaining('no key named "spa"') } });
    expect(await shell.run('keys', 'burn')).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringMatching(/^usage: encoderctl keys create/),
    });
    const notAFolder = join(shell.stateDir, 'a-file');
    writeFileSync(notAFolder, '');
    expect(await shell.run('keys', 'list', '--state-dir', notAFolder)).toMatchObject({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(/^The state folder .*a-file cannot be used: /),
    });
  });
});
