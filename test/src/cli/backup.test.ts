import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packedText, writeTarGz } from '../../../src/cli/archive/tar-gz.ts';
import { backupCommand } from '../../../src/cli/backup.ts';
import { factoryResetCommand } from '../../../src/cli/factory-reset.ts';
import { restoreCommand } from '../../../src/cli/restore.ts';
import { siteKeysCommand } from '../../../src/cli/site-keys.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { DATABASE, takeCopy } from '../../../src/store/sqlite/copies.ts';
import { problemsOf } from '../../../src/store/sqlite/problems.ts';
import { lockState } from '../../../src/store/sqlite/state-lock.ts';
import { ENCODERCTL, kept, newDesk, spoil } from './backup-desk.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('encoderctl backup and restore', () => {
  test('is one file of mode 0600 in a format that tar reads, with the hash of each file, and never over another', async () => {
    const desk = await newDesk();
    mkdirSync(join(desk.state, 'drivers', 'pcprox'), { recursive: true });
    writeFileSync(join(desk.state, 'drivers', 'pcprox', 'reader-1.json'), '{"found":1}');
    mkdirSync(join(desk.state, 'drivers', 'virtual', 'cards'), { recursive: true });
    writeFileSync(join(desk.state, 'drivers', 'virtual', 'cards', 'a.json'), '{}');
    const config = desk.path('encoderd.yaml');
    writeFileSync(config, 'port: 0\n');
    const out = desk.path('b.tar.gz');
    await desk.run(backupCommand, out, '--config', config);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const listed = spawnSync('tar', ['tzf', out], { encoding: 'utf8' });
    expect(listed.stdout.split('\n').filter(Boolean)).toEqual([
      'MANIFEST.json',
      'encoderd.db',
      'encoderd.yaml',
      'drivers/pcprox/reader-1.json',
    ]);
    const folder = desk.path('unpacked');
    mkdirSync(folder);
    expect(spawnSync('tar', ['xzf', out, '-C', folder]).status).toBe(0);
    const { files } = JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8'));
    for (const { name, sha256 } of files) {
      expect(spawnSync('sha256sum', [join(folder, name)], { encoding: 'utf8' }).stdout).toContain(sha256);
    }
    expect(problemsOf(join(folder, DATABASE))).toEqual([]);
    const bytes = readFileSync(out);
    await expect(desk.run(backupCommand, out)).rejects.toMatchObject({ exitCode: EXIT.unavailable });
    expect(readFileSync(out)).toEqual(bytes);
  });

  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 2000), /damaged, or no backup/],
    ['no backup at all', () => Buffer.from('a letter to the guest, and nothing else'), /is no backup/],
    [
      'with one byte changed in the database',
      (bytes) => {
        const tar = gunzipSync(bytes);
        tar.writeUInt8((tar.readUInt8(tar.length - 20_000) + 1) % 256, tar.length - 20_000);
        return gzipSync(tar);
      },
      /encoderd\.db was altered/,
    ],
    [
      'with a path that leads out of its folder',
      (bytes) => {
        const tar = gunzipSync(bytes).toString('latin1');
        return gzipSync(
          Buffer.from(tar.replaceAll('"name": "encoderd.db"', '"name": "../../etc/x"'), 'latin1'),
        );
      },
      /damaged, or no backup/,
    ],
  ])('a file that is %s is refused, and nothing is changed', async (_, change, why) => {
    const desk = await newDesk();
    const out = desk.path('b.tar.gz');
    await desk.run(backupCommand, out);
    writeFileSync(out, change(readFileSync(out)));
    const before = readFileSync(join(desk.state, DATABASE));
    await expect(desk.run(restoreCommand, out)).rejects.toThrow(why);
    expect(readFileSync(join(desk.state, DATABASE))).toEqual(before);
    expect(kept(desk.state)).toEqual([]);
    expect(readdirSync(desk.state).filter((name) => name.startsWith('.work-'))).toEqual([]);
  });

  test('what is no backup is called what it is, in one line', async () => {
    const desk = await newDesk();
    const files: readonly (readonly [string, string | object, string])[] = [
      ['empty', '', 'is empty, and no backup.'],
      ['bundle', { format: 'encoderd bundle 1', files: [], masked: {} }, 'is a bundle, not a backup.'],
      [
        'later',
        { format: 'encoderd backup 2' },
        'is a backup of another encoderd ("encoderd backup 2"; this one reads "encoderd backup 1").',
      ],
      [
        'package',
        { name: 'npm' },
        'is damaged, or no backup: its list is not as encoderctl backup writes it.',
      ],
    ];
    for (const [name, content, what] of files) {
      const path = desk.path(name);
      if (typeof content === 'string') writeFileSync(path, content);
      else await archive(path, content);
      const told: unknown = await desk.run(restoreCommand, path).catch((error: unknown) => error);
      expect(told).toMatchObject({
        message: expect.stringContaining(`${path} ${what} Nothing was changed.`),
      });
      expect(String(told)).not.toContain('\n');
    }
    await expect(desk.run(restoreCommand, desk.folder)).rejects.toThrow(/ is no file\. Nothing was changed/);
    expect(kept(desk.state)).toEqual([]);
  });

  test('what is said of a backup is a command as it stands', async () => {
    const desk = await newDesk();
    const out = desk.path('b.tar.gz');
    await desk.run(backupCommand, out);
    expect(desk.said).toContain(`To put it back: sudo encoderctl restore ${out}`);
    expect(desk.said.join('\n')).toContain(
      'Keep a copy: sudo encoderctl site-keys export --sealed --out FILE, or sudo encoderctl backup FILE --with-keys',
    );
  });

  test('a sound database is not replaced by a copy before somebody says so, who is told how old that is', async () => {
    const desk = await newDesk();
    await takeCopy(desk.state, Date.now() - 3 * HOUR_MS, new AbortController().signal);
    await desk.run(siteKeysCommand, 'rotate');
    desk.addKey('later');
    const asked = spawnSync(
      process.execPath,
      [ENCODERCTL, 'restore', '--last-good', '--state-dir', desk.state],
      { encoding: 'utf8', input: '\n' },
    );
    expect(asked.stderr).toMatch(
      /database of this desk is sound\. The copy is 3 hours old \(\d{4}-.*what happened here since then \(1 entry of the audit log\)\.\nTo go on, type yes: \n/,
    );
    expect(asked.stderr).toMatch(/Nothing was done.*--yes\.\n$/);
    expect(asked.status).toBe(EXIT.usage);
    expect(desk.keys()).toContain('later');
    expect(kept(desk.state)).toEqual([]);
    await desk.run(restoreCommand, '--last-good', '--yes');
    expect(desk.keys()).toEqual(['reception']);
  });

  test('the last good copy is the newest that is sound', async () => {
    const desk = await newDesk();
    const never = new AbortController().signal;
    const first = await takeCopy(desk.state, DAY_MS, never);
    desk.addKey('second day');
    const second = await takeCopy(desk.state, 2 * DAY_MS, never);
    desk.addKey('third day');
    const third = await takeCopy(desk.state, 3 * DAY_MS, never);
    for (const path of [third.path, join(desk.state, DATABASE)]) spoil(path);
    const damaged = readFileSync(join(desk.state, DATABASE));
    await desk.run(restoreCommand, '--last-good');
    expect(desk.keys()).toEqual(['reception', 'second day']);
    expect(readFileSync(join(desk.state, kept(desk.state)[0] ?? '', DATABASE))).toEqual(damaged);
    expect(existsSync(second.path)).toBe(true);
    for (const path of [first.path, second.path]) spoil(path);
    await expect(desk.run(restoreCommand, '--last-good')).rejects.toThrow(/None of the 3 copies/);
  });

  test('a backup of a newer encoderd is refused', async () => {
    const desk = await newDesk();
    const path = desk.path('newer.db');
    writeFileSync(path, readFileSync(join(desk.state, DATABASE)));
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from([0, 0, 3, 0xe7]), 0, 4, 60);
    await expect(desk.run(restoreCommand, path)).rejects.toThrow(/at version 999, this encoderd knows/);
    expect(kept(desk.state)).toEqual([]);
  });
});

describe('encoderctl factory-reset', () => {
  test('leaves the keys of the site and a last backup, from which all comes back', async () => {
    const desk = await newDesk();
    await takeCopy(desk.state, 1, new AbortController().signal);
    const keys = readFileSync(join(desk.state, 'site-keys.json'));
    await desk.run(factoryResetCommand, '--yes');
    expect(readFileSync(join(desk.state, 'site-keys.json'))).toEqual(keys);
    const [backup = '', ...others] = readdirSync(desk.state).filter(
      (name) => !['lock', DATABASE, 'site-keys.json'].includes(name) && !/-(wal|shm)$/.test(name),
    );
    expect(others).toEqual([]);
    expect(desk.audit().map(({ action }) => action)).toEqual(['factory_reset']);
    expect(desk.said.join('\n')).toContain(backup);
    await desk.run(restoreCommand, join(desk.state, backup));
    expect(desk.keys()).toEqual(['reception']);
  });

  test('is refused while a daemon runs', async () => {
    const desk = await newDesk();
    using _daemon = lockState(join(desk.state, 'lock'));
    await expect(desk.run(factoryResetCommand, '--yes')).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
    });
    expect(desk.keys()).toEqual(['reception']);
  });
});

/** A whole archive with this list. */
async function archive(path: string, list: object): Promise<void> {
  const file = openSync(path, 'w');
  await writeTarGz(file, [packedText('MANIFEST.json', JSON.stringify(list))], 0);
  closeSync(file);
}
