import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockState } from '../../../../src/store/sqlite/state-lock.ts';

const STATE_LOCK = new URL('../../../../src/store/sqlite/state-lock.ts', import.meta.url);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-full-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a state folder that cannot be locked for another reason than another encoderd says that reason', () => {
  test.each<[string, RegExp, (path: string) => void]>([
    ['a folder stands where the lock file should be', /unable to open/, (path) => mkdirSync(path)],
    ['a folder stands beside it', /unable to open/, (path) => mkdirSync(`${path}-journal`)],
    [
      'the lock file holds something else',
      /not a database/,
      (path) => writeFileSync(path, 'no database, '.repeat(1000)),
    ],
  ])('%s', (_, reason, prepare) => {
    const path = join(newFolder(), 'lock');
    prepare(path);
    expect(() => lockState(path)).toThrow(reason);
    expect(() => lockState(path)).not.toThrow(/Another encoderd/);
  });

  test('no file may grow by a byte', () => {
    const path = join(newFolder(), 'lock');
    const program = `
      const { lockState } = await import(${JSON.stringify(STATE_LOCK.href)});
      try { lockState(${JSON.stringify(path)}); console.log('locked'); } catch (error) { console.log(error.code, error.message); }
    `;
    const { stdout, status } = spawnSync(
      'prlimit',
      ['--fsize=0', process.execPath, '--input-type=module', '--eval', program],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^SQLITE_\w+ disk I\/O error$/m);
  });
});
