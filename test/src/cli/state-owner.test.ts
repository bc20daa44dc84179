import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packedText, writeTarGz } from '../../../src/cli/archive/tar-gz.ts';
import { asOwnerOf, fillNewFile, giveToOwner } from '../../../src/cli/state-owner.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { pathsIn } from '../../../src/store/state-paths.ts';
import { openTestSite, temporaryFolder } from '../site/site-bed.ts';
import { ENCODERCTL } from './backup-desk.ts';

const SERVICE = 64_123;

describe.runIf(existsSync('/dev/full'))('a disk that is full', () => {
  test('is told as such by whoever fills a file, and the file is gone', async () => {
    const path = join(temporaryFolder(), 'bundle.tar.gz');
    // A device that has no room (full(4)).
    const full = openSync('/dev/full', 'w');
    await expect(
      fillNewFile(path, () => writeTarGz(full, [packedText('log.txt', 'much to tell '.repeat(9999))], 0)),
    ).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringContaining(`The disk of ${path} is full`),
    });
    expect(existsSync(path)).toBe(false);
    // It was left open for whom it belongs to.
    expect(() => writeSync(full, 'x')).toThrow(/ENOSPC/);
    closeSync(full);
  });

  test('another problem of the work is not taken for it', async () => {
    const path = join(temporaryFolder(), 'file');
    const problem = new Error('the daemon said no');
    await expect(fillNewFile(path, () => Promise.reject(problem))).rejects.toBe(problem);
    expect(existsSync(path)).toBe(false);
  });
});

describe.runIf(process.geteuid?.() === 0)('root', () => {
  test.runIf(process.platform === 'linux')(
    'leaves what a disk of its own brings along, and nobody looks into it',
    async () => {
      const state = temporaryFolder();
      mkdirSync(join(state, 'lost+found'), { mode: 0o700 });
      writeFileSync(join(state, 'left'), '');
      chownSync(state, SERVICE, SERVICE);
      giveToOwner(state);
      expect(statSync(join(state, 'left')).uid).toBe(SERVICE);
      expect(statSync(join(state, 'lost+found')).uid).toBe(0);
      expect(await asOwnerOf(state, async () => pathsIn(state))).toEqual([join(state, 'left')]);
    },
  );

  test.runIf(process.platform === 'linux')('leaves what is on a disk that has become read-only', () => {
    const state = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', state]);
    onTestFinished(() => void execFileSync('umount', [state]));
    writeFileSync(join(state, 'left'), '');
    chownSync(state, SERVICE, SERVICE);
    execFileSync('mount', ['-o', 'remount,ro', state]);
    giveToOwner(state);
    expect(statSync(join(state, 'left')).uid).toBe(0);
  });

  test('gives what it left to whom the state folder belongs to, and nothing that is root’s elsewhere', () => {
    const [state, roots] = [temporaryFolder(), temporaryFolder()];
    const secret = join(roots, 'shadow');
    for (const path of [secret, join(roots, 'linked'), join(state, 'lost')]) writeFileSync(path, '');
    chownSync(state, SERVICE, SERVICE);
    mkdirSync(join(state, 'drivers', 'pcprox'), { recursive: true });
    writeFileSync(join(state, 'drivers', 'pcprox', 'a.json'), '');
    writeFileSync(join(state, 'of-another'), '');
    chownSync(join(state, 'of-another'), 64_124, 64_124);
    symlinkSync(secret, join(state, 'link'));
    linkSync(join(roots, 'linked'), join(state, 'second-name'));
    symlinkSync(roots, join(state, 'folder'));
    giveToOwner(state);
    const owner = (path: string) => statSync(path).uid;
    for (const path of ['lost', 'drivers', 'drivers/pcprox', 'drivers/pcprox/a.json']) {
      expect(owner(join(state, path))).toBe(SERVICE);
    }
    expect(owner(join(state, 'of-another'))).toBe(64_124);
    expect([secret, join(roots, 'linked'), roots].map(owner)).toEqual([0, 0, 0]);
  });

  test('leaves nothing of its own with a command that works on the state folder', () => {
    const state = temporaryFolder();
    chownSync(state, SERVICE, SERVICE);
    const done = spawnSync(process.execPath, [ENCODERCTL, 'site-keys', 'generate'], {
      encoding: 'utf8',
      env: { ...process.env, ENCODERD_STATE_DIR: state },
    });
    expect(done.status, done.stderr).toBe(0);
    const names = readdirSync(state);
    expect(names).toContain('encoderd.db');
    expect(names.filter((name) => statSync(join(state, name)).uid !== SERVICE)).toEqual([]);
  });

  test.each([
    ['status', ['status'], 'sudo encoderctl status'],
    ['bundle', ['bundle', '/tmp/never-made.tar.gz'], 'sudo encoderctl bundle /tmp/never-made.tar.gz'],
    ['factory-reset', ['factory-reset'], 'sudo encoderctl factory-reset'],
    ['keys create', ['keys', 'create', '--name', 'x'], 'sudo encoderctl keys create ...'],
  ])('is who %s asks for, from somebody who may not look into the state folder', (_, words, cure) => {
    const folder = temporaryFolder();
    const state = join(folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    chmodSync(folder, 0o755);
    openTestSite({}, state).store[Symbol.dispose]();
    writeFileSync(join(state, 'daemon.json'), '{"url":"http://127.0.0.1:1","pid":1}');
    const done = spawnSync(process.execPath, [ENCODERCTL, ...words], {
      encoding: 'utf8',
      uid: SERVICE,
      gid: SERVICE,
      cwd: '/',
      env: { PATH: process.env['PATH'], ENCODERD_STATE_DIR: state },
    });
    expect(done.stderr).toBe(`You may not look into ${state}, which is the daemon's. As root: ${cure}\n`);
    expect(done.status).toBe(EXIT.unavailable);
    expect(existsSync('/tmp/never-made.tar.gz')).toBe(false);
  });
});
