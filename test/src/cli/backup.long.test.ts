import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { backupCommand } from '../../../src/cli/backup.ts';
import { factoryResetCommand } from '../../../src/cli/factory-reset.ts';
import { restoreCommand } from '../../../src/cli/restore.ts';
import { siteKeysCommand } from '../../../src/cli/site-keys.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { checkChain } from '../../../src/site/audit-chain.ts';
import { DATABASE, takeCopy } from '../../../src/store/sqlite/copies.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { addUser, openTestSite } from '../site/site-bed.ts';
import { daemonOn, ENCODERCTL, kept, newDesk, spoil } from './backup-desk.ts';

describe('encoderctl backup and restore', () => {
  test('a backup that was taken while the daemon runs brings back what was there, and keeps what it replaces', async () => {
    const desk = await newDesk();
    const daemon = await daemonOn(desk.state);
    await desk.run(backupCommand, desk.path('b.tar.gz'));
    desk.addKey('later');
    await expect(desk.run(restoreCommand, desk.path('b.tar.gz'))).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringContaining(`Stop process ${daemon.process.pid} (kill`),
    });
    expect(desk.keys()).toContain('later');
    expect(await daemon.stop()).toBe(0);
    const headBefore = desk.audit().at(-1)?.hash;
    await desk.run(restoreCommand, desk.path('b.tar.gz'));
    expect(desk.keys()).toEqual(['reception']);
    const entries = desk.audit();
    expect(checkChain(entries, []).isWhole).toBe(true);
    expect(entries.map(({ action }) => action)).toContain('state_backed_up');
    expect(entries.at(-1)).toMatchObject({
      action: 'state_restored',
      subject: expect.stringContaining(`"replaced_head":"${headBefore}"`),
    });
    const [folder = ''] = kept(desk.state);
    using replaced = openSqliteStore(join(desk.state, folder, DATABASE));
    expect(replaced.apiKeys.list().map(({ name }) => name)).toContain('later');
    for (const name of readdirSync(desk.state)) expect(name).not.toMatch(/^\.work|\.new/);
    await daemonOn(desk.state);
  });

  test('on a new computer the desk is the same desk, with the keys of its site, the state of its drivers, and the ids that it had', async () => {
    const [old, fresh] = [await newDesk(), await newDesk()];
    mkdirSync(join(old.state, 'drivers', 'pcprox'), { recursive: true });
    writeFileSync(join(old.state, 'drivers', 'pcprox', 'reader-1.json'), '{"found":1}');
    writeFileSync(old.path('passphrase'), 'correct horse battery\n');
    const words = ['--with-keys', '--passphrase-file', old.path('passphrase')];
    await old.run(backupCommand, old.path('b.tar.gz'), ...words);
    expect(gunzipSync(readFileSync(old.path('b.tar.gz'))).toString('latin1')).not.toContain('ntag_password');
    const before = readFileSync(join(fresh.state, 'site-keys.json'));
    await fresh.run(restoreCommand, old.path('b.tar.gz'), ...words);
    expect(readFileSync(join(fresh.state, 'site-keys.json'))).toEqual(
      readFileSync(join(old.state, 'site-keys.json')),
    );
    const [until = ''] = readdirSync(fresh.state).filter((name) => name.startsWith('site-keys.json.until-'));
    expect(readFileSync(join(fresh.state, until))).toEqual(before);
    expect(readFileSync(join(fresh.state, 'drivers', 'pcprox', 'reader-1.json'), 'utf8')).toBe('{"found":1}');
    using here = openSqliteStore(join(fresh.state, DATABASE));
    using there = openSqliteStore(join(old.state, DATABASE));
    expect(here.site.read()).toEqual(there.site.read());
  });

  test('a wrong passphrase changes nothing', async () => {
    const desk = await newDesk();
    for (const [name, text] of [
      ['right', 'correct horse battery'],
      ['wrong', 'incorrect horse battery'],
    ] as const)
      writeFileSync(desk.path(name), text);
    await desk.run(
      backupCommand,
      desk.path('b.tar.gz'),
      '--with-keys',
      '--passphrase-file',
      desk.path('right'),
    );
    desk.addKey('later');
    const keys = readFileSync(join(desk.state, 'site-keys.json'));
    await expect(
      desk.run(restoreCommand, desk.path('b.tar.gz'), '--with-keys', '--passphrase-file', desk.path('wrong')),
    ).rejects.toThrow(/passphrase does not open/);
    expect(desk.keys()).toContain('later');
    expect(kept(desk.state)).toEqual([]);
    expect(readFileSync(join(desk.state, 'site-keys.json'))).toEqual(keys);
  });

  test('keys of the site that lie in a backup unused are told of, and its maker is told how to use them', async () => {
    const desk = await newDesk();
    const out = desk.path('b.tar.gz');
    writeFileSync(desk.path('passphrase'), 'correct horse battery');
    await desk.run(backupCommand, out, '--with-keys', '--passphrase-file', desk.path('passphrase'));
    expect(desk.said.join('\n')).toContain(`sudo encoderctl restore ${out} --with-keys`);
    await desk.run(restoreCommand, out);
    expect(desk.said.join('\n')).toMatch(/The keys of the site stay as they are.*were not used.*--with-keys/);
  });

  test('another desk that was used is not overwritten unless told', async () => {
    const [old, other] = [await newDesk(), await newDesk()];
    await old.run(backupCommand, old.path('b.tar.gz'));
    const site = openTestSite({}, other.state);
    addUser(site, 'Ada Lovelace');
    site.store[Symbol.dispose]();
    await expect(other.run(restoreCommand, old.path('b.tar.gz'))).rejects.toThrow(
      /another desk.*--other-desk/,
    );
    expect(kept(other.state)).toEqual([]);
    await other.run(restoreCommand, old.path('b.tar.gz'), '--other-desk');
    expect(kept(other.state)).toHaveLength(1);
  });
});

describe.runIf(process.geteuid?.() === 0)('root', () => {
  test('leaves nothing of its own in the state folder of the service, and gives a backup to who used sudo', async () => {
    const desk = await newDesk();
    const SERVICE = 64_123;
    chmodSync(desk.folder, 0o755);
    for (const path of ['.', ...readdirSync(desk.state)]) chownSync(join(desk.state, path), SERVICE, SERVICE);
    const out = desk.path('b.tar.gz');
    const encoderctl = (...words: readonly string[]) =>
      spawnSync(process.execPath, [ENCODERCTL, ...words, '--state-dir', desk.state], {
        encoding: 'utf8',
        env: { ...process.env, SUDO_UID: '64001', SUDO_GID: '64002' },
      });
    for (const words of [
      ['backup', out],
      ['restore', out],
      ['factory-reset', '--yes'],
      ['bundle', desk.path('u.tar.gz')],
    ]) {
      const done = encoderctl(...words);
      expect(done.status, done.stderr).toBe(0);
      const owners = readdirSync(desk.state, { recursive: true, encoding: 'utf8' }).map((name) => [
        name,
        statSync(join(desk.state, name)).uid,
      ]);
      expect(owners.filter(([, uid]) => uid !== SERVICE)).toEqual([]);
    }
    expect(statSync(out)).toMatchObject({ uid: 64_001, gid: 64_002 });
  });
});

describe('a damaged database', () => {
  test('is found by a daemon that runs on it, which ends with 78, says what to do, and changes nothing; with a copy it starts again', async () => {
    const desk = await newDesk();
    await takeCopy(desk.state, 1, new AbortController().signal);
    const path = join(desk.state, DATABASE);
    writeFileSync(path, 'no database, '.repeat(999));
    const before = readFileSync(path);
    await expect(daemonOn(desk.state)).rejects.toThrow(
      /ended with 78[\s\S]*is damaged: .*encoderctl restore --last-good.*encoderctl doctor/,
    );
    expect(readFileSync(path)).toEqual(before);
    expect(spawnSync(process.execPath, [ENCODERCTL, 'keys', 'list', '--state-dir', desk.state]).status).toBe(
      78,
    );
    await desk.run(restoreCommand, '--last-good');
    await daemonOn(desk.state);
  });

  test('of which a daemon knows nothing yet is found by its first copy', async () => {
    const desk = await newDesk();
    const path = join(desk.state, DATABASE);
    // An index that does not say what its table says: nothing of the start meets it.
    const size = statSync(path).size;
    const daemon = await daemonOn(desk.state);
    const file = openSync(path, 'r+');
    for (let at = size - 4096 * 8; at < size; at += 4096)
      writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
    const [code] = await new Promise<[number | null]>((resolve) =>
      daemon.process.once('exit', (exit) => resolve([exit])),
    );
    expect(daemon.output.join('\n')).toMatch(/is damaged/);
    expect(code).toBe(78);
  });
});

describe('encoderctl factory-reset', () => {
  test('wants the name of the desk typed, and changes nothing without', async () => {
    const desk = await newDesk();
    const reset = (input: string) =>
      spawnSync(process.execPath, [ENCODERCTL, 'factory-reset', '--state-dir', desk.state], {
        input,
        encoding: 'utf8',
        env: { ...process.env, ENCODERD_CONFIG: '' },
      });
    const refused = reset('reception\n');
    expect(refused.status).toBe(EXIT.usage);
    expect(refused.stderr).toContain('Nothing was done');
    expect(refused.stderr).toContain('To go on, type the name of this desk, which is Front desk: ');
    expect(desk.keys()).toEqual(['reception']);
    expect(reset('Front desk\n').status).toBe(0);
    expect(desk.keys()).toEqual([]);
  });

  test('with --with-keys the keys of the site go, too', async () => {
    const desk = await newDesk();
    await desk.run(siteKeysCommand, 'generate', '--force');
    await desk.run(factoryResetCommand, '--yes', '--with-keys');
    expect(readdirSync(desk.state).filter((name) => name.startsWith('site-keys'))).toEqual([]);
  });

  test('of a damaged database keeps its files as they are', async () => {
    const desk = await newDesk();
    spoil(join(desk.state, DATABASE));
    const bytes = readFileSync(join(desk.state, DATABASE));
    await desk.run(factoryResetCommand, '--yes');
    const [folder = ''] = readdirSync(desk.state).filter((name) => name.startsWith('before-reset-'));
    expect(readFileSync(join(desk.state, folder, DATABASE))).toEqual(bytes);
    expect(desk.keys()).toEqual([]);
  });
});
