import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { auditLogCommand } from '../../../src/cli/audit-log.ts';
import { technician } from '../../../src/cli/by-hand.ts';
import { desksCommand } from '../../../src/cli/desks.ts';
import { keysCommand } from '../../../src/cli/keys.ts';
import { originsCommand } from '../../../src/cli/origins.ts';
import { siteKeysCommand } from '../../../src/cli/site-keys.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { checkChain } from '../../../src/site/audit-chain.ts';
import { audit, cardHash, DAEMON } from '../../../src/site/audit-log.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { entriesOf, tamper, told } from '../site/audit-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { Shell } from './encoderctl-process.ts';

interface Command {
  run(words: readonly string[], terminal: Parameters<typeof keysCommand.run>[1]): Promise<void>;
}

const verdict = z.object({ is_whole: z.literal(true), count: z.int(), head: z.string() });

/** A state folder with so many entries, and commands that work on it; each returns what it says, to a program and to a person. */
function newState(count: number) {
  const folder = temporaryFolder();
  const file = join(folder, 'encoderd.db');
  const work = async (command: Command, ...words: readonly string[]) => {
    const said: { value: unknown; lines: readonly string[] }[] = [];
    await command.run([...words, '--state-dir', folder], {
      isJson: false,
      result: (value, lines) => said.push({ value, lines }),
      news: () => expect.fail('It has no news.'),
      progress: () => {},
      fail: (error) => {
        throw error;
      },
    });
    return said[0] ?? expect.fail('It said nothing.');
  };
  let now = Date.parse('2031-04-05T10:00:00Z');
  using store = openSqliteStore(file);
  for (let made = 1; made <= count; made += 1) {
    now += 1000;
    const subject = { number: made, card_hash: cardHash(store, `04A1B2C3D4E5F${made % 2}`) };
    audit({ store, clock: { now: () => now } }, DAEMON, 'something_done', subject);
  }
  return {
    folder,
    file,
    work,
    log: (...words: readonly string[]) => work(auditLogCommand, ...words),
    entries: () => {
      using again = openSqliteStore(file);
      return told(again);
    },
  };
}

describe('encoderctl audit-log list', () => {
  test('shows the newest entries, since a time, or those about a card whose uid somebody has', async () => {
    const { log } = newState(60);
    const { value, lines } = await log('list', '--limit', '2');
    expect(value).toMatchObject([
      { sequence: 59, at: '2031-04-05T10:00:59.000Z', subject: { number: 59 } },
      { sequence: 60, actor: { kind: 'daemon' }, action: 'something_done' },
    ]);
    expect(lines[0]).toMatch(/^ENTRY +AT +BY +ACTION +WHAT$/);
    expect(lines[2]).toMatch(/^60 .* daemon encoderd +something_done +card_hash=[\da-f]{32} number=60$/);
    expect((await log('list')).value).toHaveLength(50);
    expect((await log('list', '--since', '2031-04-05T10:00:58Z')).value).toHaveLength(3);
    expect((await log('list', '--card', '04a1b2c3d4e5f1', '--limit', '100')).value).toHaveLength(30);
    expect((await log('list', '--card', '04a1b2c3d4e5ff')).lines).toEqual(['There is no such entry.']);
  });

  test.each([
    ['--since', 'nonsense'],
    ['--since', '5'],
    ['--since', '2031-13-45'],
    ['--limit', '0'],
    ['--limit', '1.5'],
    ['--limit', 'x'],
    ['--card', 'zz'],
    ['--card', '04A'],
    ['--card', ''],
  ])('says what is wrong with %s "%s"', async (option, word) => {
    const { log } = newState(1);
    await expect(log('list', option, word)).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(new RegExp(`^${option}: "${word}" is no `)),
    });
  });

  test('shows an entry that was made unreadable as it is', async () => {
    const { log, file } = newState(1);
    tamper(file, (database) => database.exec("UPDATE audit_log SET subject = '{', actor = 'me'"));
    expect((await log('list')).lines[1]).toMatch(/ me +something_done +\{$/);
  });
});

describe('encoderctl audit-log verify', () => {
  test('says how many entries there are, that nothing was changed, and what their head is', async () => {
    const { log } = newState(3);
    const { value, lines } = await log('verify');
    const { head } = verdict.parse(value);
    expect(value).toEqual({ is_whole: true, count: 3, first_sequence: 1, last_sequence: 3, head });
    expect(lines[0]).toBe('3 entries, from 1 to 3: none was altered, removed, put in or swapped.');
    expect(lines).toHaveLength(3);
    expect((await log('verify', '--head', head.toUpperCase())).lines).toHaveLength(2);
  });

  test('fails at the first entry that does not hold, and where a head is missing', async () => {
    const { log, file } = newState(5);
    const { head } = verdict.parse((await log('verify')).value);
    tamper(file, (database) => database.exec('DELETE FROM audit_log WHERE sequence = 5'));
    await log('verify');
    await expect(log('verify', '--head', head)).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: expect.stringContaining(`No entry has the hash ${head}`),
    });
    tamper(file, (database) => database.exec('UPDATE audit_log SET at = at + 1 WHERE sequence = 2'));
    await expect(log('verify')).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: expect.stringContaining('Entry 2 was altered'),
    });
  });

  test('fails for a log and for a file without an entry, and says what that means', async () => {
    const { log, file, folder } = newState(3);
    tamper(file, (database) => database.exec('DELETE FROM audit_log'));
    await expect(log('verify')).rejects.toMatchObject({
      exitCode: EXIT.failed,
      message: expect.stringMatching(/^There is no entry, .*somebody emptied the log.*Keep a copy/),
    });
    const path = join(folder, 'log.jsonl');
    for (const nothing of ['', '\n']) {
      writeFileSync(path, nothing);
      await expect(log('verify', '--file', path)).rejects.toMatchObject({
        exitCode: EXIT.failed,
        message: expect.stringContaining(`There is no entry in ${path}`),
      });
    }
  });

  test('says in words which file it cannot read', async () => {
    const { log, folder } = newState(1);
    const path = join(folder, 'none');
    await expect(log('verify', '--file', path)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringMatching(/^There is no file .*none, /),
    });
    await expect(log('verify', '--file', folder)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: `${folder} is a folder. Name a file.`,
    });
  });

  test.each([['verify', '--head', 'abc'], ['verify', 'file'], ['list', 'file'], []])(
    'says how it is used when it is called with "%s %s %s"',
    async (...words) => {
      const { log } = newState(0);
      await expect(log(...words)).rejects.toMatchObject({ exitCode: EXIT.usage });
    },
  );
});

describe('encoderctl audit-log export', () => {
  test('writes a file that only its owner reads, once, and that can be checked anywhere', async () => {
    const { log, folder } = newState(3);
    const path = join(folder, 'log.jsonl');
    expect((await log('export', path)).value).toEqual({ exported: path, count: 3 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path);
    await expect(log('export', path)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: `There is a file ${path} already, and it is left as it is. Name a new one.`,
    });
    expect(readFileSync(path)).toEqual(before);
    const here = await log('verify');
    expect((await newState(0).log('verify', '--file', path)).value).toEqual(here.value);
  });

  test('is found out when any byte of the file was changed, or any line removed but the last', async () => {
    const { log, folder } = newState(3);
    const path = join(folder, 'log.jsonl');
    await log('export', path);
    const text = readFileSync(path, 'utf8');
    const { head } = verdict.parse((await log('verify')).value);
    const failsFor = async (changed: string) => {
      const forged = join(folder, 'forged.jsonl');
      writeFileSync(forged, changed);
      await expect(log('verify', '--file', forged, '--head', head), changed).rejects.toMatchObject({
        exitCode: EXIT.failed,
      });
    };
    for (let at = 0; at < text.length; at += 7) {
      const other = text[at] === 'a' ? 'b' : 'a';
      await failsFor(`${text.slice(0, at)}${other}${text.slice(at + 1)}`);
    }
    const lines = text.trimEnd().split('\n');
    for (let at = 0; at < 3; at += 1) await failsFor(lines.toSpliced(at, 1).join('\n'));
    await failsFor(text.replace('"action":', '"action":"nothing","action":'));
    await failsFor(text.replace('"number":1', '"number": 1'));
  });

  test('stands up to the check by hand that the documentation shows, which finds what was altered', async () => {
    const { log, folder } = newState(4);
    const path = join(folder, 'log.jsonl');
    await log('export', path);
    const page = readFileSync(new URL('../../../docs/audit-log.md', import.meta.url), 'utf8');
    const script = /```js\n(.*?)```/s.exec(page)?.[1] ?? expect.fail('The page shows no script.');
    expect(script.trim().split('\n').length).toBeLessThanOrEqual(12);
    writeFileSync(join(folder, 'check.mjs'), script);
    const check = (file: string) =>
      spawnSync(process.execPath, [join(folder, 'check.mjs'), file], { encoding: 'utf8' });
    const { head } = verdict.parse((await log('verify')).value);
    expect(check(path)).toMatchObject({ status: 0, stdout: expect.stringContaining(head) });
    writeFileSync(path, readFileSync(path, 'utf8').replace('"number":3', '"number":4'));
    expect(check(path)).toMatchObject({ status: 1, stderr: expect.stringContaining('3') });
  });
});

describe('what a technician does with encoderctl', () => {
  test('is in the log: keys, origins, desks and the keys of the site, and none of the secrets', async () => {
    const { work, entries, log, folder } = newState(0);
    const made = z.object({ api_key: z.string() });
    const { api_key } = made.parse(
      (await work(keysCommand, 'create', '--name', 'pms', '--scope', 'read')).value,
    );
    await work(keysCommand, 'revoke', 'pms');
    await work(originsCommand, 'allow', 'https://pms.example.com');
    await work(originsCommand, 'remove', 'https://pms.example.com');
    await expect(work(originsCommand, 'remove', 'https://pms.example.com')).rejects.toThrow();
    const desk = made.parse((await work(desksCommand, 'add', 'Lobby')).value);
    await work(desksCommand, 'new-key', 'Lobby');
    await work(desksCommand, 'remove', 'Lobby');
    await expect(work(desksCommand, 'remove', 'Lobby')).rejects.toThrow();
    const passphrase = join(folder, 'passphrase');
    writeFileSync(passphrase, 'canary horse battery');
    await work(siteKeysCommand, 'generate');
    await work(siteKeysCommand, 'rotate');
    const sealed = join(folder, 'sealed');
    await work(siteKeysCommand, 'export', '--sealed', '--out', sealed, '--passphrase-file', passphrase);
    await work(siteKeysCommand, 'import', sealed, '--force', '--passphrase-file', passphrase);
    const id = expect.stringMatching(/^[\da-f-]{36}$/);
    const key = expect.stringMatching(/^[\dA-F]{8}$/);
    expect(entries()).toEqual([
      ['api_key_created', { api_key_id: id, scopes: ['read'] }],
      ['api_key_revoked', { api_key_id: id }],
      ['origin_allowed', { origin: 'https://pms.example.com' }],
      ['origin_removed', { origin: 'https://pms.example.com' }],
      ['desk_added', { desk_id: id, api_key_id: id }],
      ['desk_key_replaced', { desk_id: id, api_key_id: id }],
      ['desk_removed', { desk_id: id }],
      ['site_keys_generated', { versions: [1], fingerprints: [key] }],
      ['site_keys_rotated', { versions: [2, 1], fingerprints: [key, key] }],
      ['site_keys_exported', { versions: [2, 1], fingerprints: [key, key] }],
      ['site_keys_imported', { versions: [2, 1], fingerprints: [key, key] }],
    ]);
    const all = JSON.stringify((await log('list')).value);
    const keys = readFileSync(join(folder, 'site-keys.json'), 'utf8').match(/[\da-f]{32}|[\w+/]{22}==/gi);
    expect(keys?.length).toBeGreaterThan(7);
    for (const secret of [api_key, desk.api_key, 'canary horse', ...(keys ?? [])]) {
      expect(all).not.toContain(secret);
    }
  });

  test("is theirs: the system's user, and whoever used sudo, as far as sudo says", () => {
    const plain = technician({});
    expect(plain).toEqual({ kind: 'encoderctl', id: null, name: expect.stringMatching(/^\S+$/) });
    expect(technician({ SUDO_USER: 'anna' }).name).toBe(`anna as ${plain.name}`);
    expect(technician({ SUDO_USER: plain.name })).toEqual(plain);
  });

  test('keeps one chain with a daemon that works on the same log, and is checked while it runs', async () => {
    await using shell = new Shell();
    const daemon = await shell.startDaemon();
    const token = daemon.createApiKey('pms', '--scope', 'admin,manage,read');
    let isDone = false;
    const creating = shell.json('keys', 'create', '--name', 'kiosk').finally(() => {
      isDone = true;
    });
    let made = 0;
    for (; !isDone || made < 20; made += 1) {
      await daemon.post(token, '/v1/entrances/create', { display_name: `Hall ${made}` });
    }
    await creating;
    const file = join(shell.stateDir, 'encoderd.db');
    {
      using store = openSqliteStore(file);
      const entries = entriesOf(store);
      expect(checkChain(entries)).toMatchObject({ isWhole: true });
      const count = (action: string) => entries.filter((entry) => entry.action === action).length;
      expect([count('/v1/entrances/create'), count('api_key_created')]).toEqual([made, 2]);
    }
    tamper(file, (database) => database.exec("UPDATE audit_log SET action = 'x' WHERE sequence = 3"));
    const { code, stderr } = await shell.run('audit-log', 'verify');
    expect({ code, stderr }).toEqual({
      code: EXIT.failed,
      stderr: expect.stringContaining('Entry 3 was altered'),
    });
  });
});
