import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { siteKeysCommand } from '../../../src/cli/site-keys.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { formatKeyFile, parseKeyFile } from '../../../src/site-keys/key-file.ts';
import { openSiteKeys } from '../../../src/site-keys.ts';

const ENCODERCTL = fileURLToPath(new URL('../../../src/cli/encoderctl.ts', import.meta.url));

const listed = z.array(z.strictObject({ version: z.int(), fingerprint: z.string(), created_at: z.string() }));

/** A technician at a new desk; `said` is all that was said, to people and to programs. */
function newDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const state = join(folder, 'state');
  const said: string[] = [];
  const siteKeys = async (...words: readonly string[]): Promise<unknown> => {
    let result: unknown;
    await siteKeysCommand.run([...words, '--state-dir', state], {
      isJson: true,
      result: (value, lines) => {
        result = value;
        said.push(JSON.stringify(value), ...lines);
      },
      news: (value, line) => said.push(JSON.stringify(value), line),
      progress: (line) => said.push(line),
      fail: (error) => {
        throw error;
      },
    });
    return result;
  };
  const fileWith = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return { folder, state, path: join(state, 'site-keys.json'), siteKeys, fileWith, said };
}

/** Runs the command as a process, with these words on standard input. */
function encoderctl(words: readonly string[], input: string, limit = '') {
  const command = `${limit} exec "$0" "$@"`;
  return spawnSync('/bin/sh', ['-c', command, process.execPath, ENCODERCTL, 'site-keys', ...words], {
    input,
    encoding: 'utf8',
  });
}

describe('encoderctl site-keys', () => {
  test('makes keys once; and others in their place only when told, with those before kept', async () => {
    const { state, path, siteKeys } = newDesk();
    expect(await siteKeys('list')).toEqual([]);
    const made = await siteKeys('generate');
    expect(made).toMatchObject({ versions: [{ version: 1 }], previous_kept_as: null });
    const first = readFileSync(path, 'utf8');
    await expect(siteKeys('generate')).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: expect.stringContaining('--force'),
    });
    expect(readFileSync(path, 'utf8')).toBe(first);
    const { previous_kept_as: kept } = z
      .object({ previous_kept_as: z.string() })
      .parse(await siteKeys('generate', '--force'));
    expect(readFileSync(path, 'utf8')).not.toBe(first);
    expect(readFileSync(kept, 'utf8')).toBe(first);
    for (const name of readdirSync(state)) expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(state).filter((name) => name.startsWith('site-keys'))).toHaveLength(2);
  });

  test('rotates them, and says which version is dropped', async () => {
    const { state, siteKeys, said } = newDesk();
    await siteKeys('generate');
    const [first] = listed.parse(await siteKeys('list'));
    const ring = openSiteKeys(state, {});
    await siteKeys('rotate');
    expect(await siteKeys('rotate')).toMatchObject({ dropped: [] });
    expect(await siteKeys('rotate')).toMatchObject({
      dropped: [{ version: 1, fingerprint: first?.fingerprint }],
    });
    expect(said).toContain(
      `version 1 (${first?.fingerprint}) is dropped: its cards cannot be read any more.`,
    );
    expect(listed.parse(await siteKeys('list')).map(({ version }) => version)).toEqual([4, 3, 2]);
    expect(ring.current().map(({ version }) => version)).toEqual([4, 3, 2]);
  });

  test('takes them to another desk in a sealed file, of mode 0600, which it does not write over', async () => {
    const [here, there] = [newDesk(), newDesk()];
    const passphrase = here.fileWith('passphrase', 'correct horse battery\n');
    const out = join(here.folder, 'keys.edsk');
    const sealing = ['export', '--sealed', '--out', out, '--passphrase-file', passphrase];
    await expect(here.siteKeys(...sealing)).rejects.toMatchObject({ exitCode: EXIT.failed });
    await here.siteKeys('generate');
    await here.siteKeys('rotate');
    await here.siteKeys(...sealing);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    await expect(here.siteKeys(...sealing)).rejects.toMatchObject({ exitCode: EXIT.failed });
    await there.siteKeys('import', out, '--passphrase-file', passphrase);
    expect(await there.siteKeys('list')).toEqual(await here.siteKeys('list'));
    expect(readFileSync(there.path)).toEqual(readFileSync(here.path));
    await expect(there.siteKeys('import', out, '--passphrase-file', passphrase)).rejects.toMatchObject({
      exitCode: EXIT.failed,
    });
  });

  test('takes over a plain file, and refuses a damaged one with everything left as it was', async () => {
    const [here, there] = [newDesk(), newDesk()];
    await here.siteKeys('generate');
    const text = readFileSync(here.path, 'utf8');
    const damaged = there.fileWith('damaged.json', text.slice(0, -20));
    await expect(there.siteKeys('import', damaged)).rejects.toMatchObject({ exitCode: EXIT.configuration });
    expect(await there.siteKeys('list')).toEqual([]);
    await there.siteKeys('import', there.fileWith('plain.json', text));
    expect(readFileSync(there.path, 'utf8')).toBe(text);
  });

  test('refuses a wrong passphrase, a short one, an empty one, and a sealed file that is damaged', async () => {
    const { folder, path, siteKeys, fileWith } = newDesk();
    await siteKeys('generate');
    const before = readFileSync(path);
    const right = fileWith('right', 'correct horse battery');
    const out = join(folder, 'keys.edsk');
    const seal = (file: string) => siteKeys('export', '--sealed', '--out', out, '--passphrase-file', file);
    await expect(seal(fileWith('short', 'horse'))).rejects.toMatchObject({ exitCode: EXIT.usage });
    await expect(seal(fileWith('empty', '\n'))).rejects.toMatchObject({ exitCode: EXIT.usage });
    await expect(seal(join(folder, 'none'))).rejects.toMatchObject({ exitCode: EXIT.unavailable });
    await seal(right);
    const open = (file: string, passphraseFile: string) =>
      siteKeys('import', file, '--force', '--passphrase-file', passphraseFile);
    await expect(open(out, fileWith('wrong', 'wrong horse battery'))).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: `The passphrase does not open ${out}.`,
    });
    writeFileSync(out, readFileSync(out).subarray(0, -1));
    await expect(open(out, right)).rejects.toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringContaining('damaged'),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  test('says no part of a key, whatever it does', async () => {
    const { folder, path, siteKeys, fileWith, said } = newDesk();
    const seen = new Set<string>();
    const remember = () => {
      for (const [, key = ''] of readFileSync(path, 'utf8').matchAll(/"([0-9A-F]{32})"/g)) seen.add(key);
    };
    const passphrase = fileWith('passphrase', 'correct horse battery');
    for (const words of [
      ['generate'],
      ['rotate'],
      ['list'],
      ['export', '--sealed', '--out', join(folder, 'out'), '--passphrase-file', passphrase],
      ['generate', '--force'],
      ['import', join(folder, 'out'), '--force', '--passphrase-file', passphrase],
    ]) {
      await siteKeys(...words);
      remember();
    }
    expect(seen.size).toBe(24);
    expect(said.length).toBeGreaterThan(10);
    for (const key of seen) {
      for (let at = 0; at + 8 <= key.length; at += 4) {
        expect(said.join('\n').toUpperCase()).not.toContain(key.slice(at, at + 8));
      }
    }
  });

  test('refuses a file that others can read, and one of somebody else', async () => {
    const { path, siteKeys } = newDesk();
    await siteKeys('generate');
    chmodSync(path, 0o644);
    for (const verb of ['list', 'rotate']) {
      await expect(siteKeys(verb)).rejects.toMatchObject({
        exitCode: EXIT.configuration,
        message: expect.stringContaining(`chmod 600 ${path}`),
      });
    }
    if (process.geteuid?.() !== 0) return;
    chmodSync(path, 0o600);
    chownSync(path, 54_321, 54_321);
    await expect(siteKeys('list')).rejects.toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringContaining('belongs to user 54321'),
    });
  });

  test('leaves keys that come from the service manager alone', async () => {
    const [service, { folder, state, siteKeys }] = [newDesk(), newDesk()];
    await service.siteKeys('generate');
    writeFileSync(join(folder, 'site-keys'), readFileSync(service.path));
    const before = process.env['CREDENTIALS_DIRECTORY'];
    process.env['CREDENTIALS_DIRECTORY'] = folder;
    onTestFinished(() => {
      if (before === undefined) delete process.env['CREDENTIALS_DIRECTORY'];
      else process.env['CREDENTIALS_DIRECTORY'] = before;
    });
    expect(await siteKeys('list')).toEqual(await service.siteKeys('list'));
    for (const words of [['rotate'], ['generate', '--force'], ['import', service.path, '--force']]) {
      await expect(siteKeys(...words)).rejects.toMatchObject({
        exitCode: EXIT.configuration,
        message: expect.stringContaining('service manager'),
      });
    }
    expect(statSync(state, { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each([
    [''],
    ['burn'],
    ['import'],
    ['import one two'],
    ['list one'],
    ['export --sealed'],
    ['export --out file'],
  ])('says how it is used when it is called with "%s"', async (words) => {
    const { siteKeys } = newDesk();
    await expect(siteKeys(...words.split(' ').filter((word) => word !== ''))).rejects.toMatchObject({
      exitCode: EXIT.usage,
    });
  });
});

describe('encoderctl site-keys, as a process', () => {
  test('reads the passphrase from standard input, and wants one', async () => {
    const { folder, state, siteKeys } = newDesk();
    await siteKeys('generate');
    const words = ['export', '--sealed', '--out', join(folder, 'out'), '--state-dir', state];
    expect(encoderctl(words, '')).toMatchObject({ status: EXIT.usage, stdout: '' });
    expect(encoderctl(words, 'correct horse battery\r\n')).toMatchObject({ status: 0, stderr: '' });
    const passphrase = join(folder, 'passphrase');
    writeFileSync(passphrase, 'correct horse battery');
    await siteKeys('import', join(folder, 'out'), '--force', '--passphrase-file', passphrase);
  });

  test('leaves everything as it was when the disk takes nothing more', async () => {
    const { state, path, siteKeys } = newDesk();
    await siteKeys('generate');
    const before = parseKeyFile(readFileSync(path, 'utf8'), path);
    const { status, stdout, stderr } = encoderctl(['rotate', '--state-dir', state], '', 'ulimit -f 0;');
    expect({ status, stdout }).toEqual({ status: EXIT.unavailable, stdout: '' });
    expect(stderr).toMatch(/cannot be (written: E|used: .*SQLITE_)/);
    expect(readdirSync(state).filter((name) => name.startsWith('site-keys'))).toEqual(['site-keys.json']);
    expect(readFileSync(path, 'utf8')).toBe(formatKeyFile(before));
  });
});
