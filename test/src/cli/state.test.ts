import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as realTime } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SQLite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { auditLogCommand } from '../../../src/cli/audit-log.ts';
import { browserPolicyCommand } from '../../../src/cli/browser-policy.ts';
import { desksCommand } from '../../../src/cli/desks.ts';
import { encodersCommand } from '../../../src/cli/encoders.ts';
import { keysCommand } from '../../../src/cli/keys.ts';
import { originsCommand } from '../../../src/cli/origins.ts';
import { pairingCommand } from '../../../src/cli/pairing.ts';
import { sessionsCommand } from '../../../src/cli/sessions.ts';
import { EXIT } from '../../../src/cli/terminal.ts';
import { openTestSite, temporaryFolder } from '../site/site-bed.ts';

/** Longer than the daemon itself would wait for another process. */
const HELD_FOR_MS = 1_500;

test('a command waits for a daemon that writes, longer than the daemon would wait for it', async () => {
  const folder = temporaryFolder();
  const { store } = openTestSite({}, folder);
  const file = fileURLToPath(new URL('../sync/fixtures/makes-keys.ts', import.meta.url));
  const child = spawn(process.execPath, [file, folder, '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const daemon = new SQLite(join(folder, 'encoderd.db'));
  daemon.exec('BEGIN IMMEDIATE');
  child.stdin.end();
  await realTime(HELD_FOR_MS);
  daemon.exec('COMMIT');
  daemon.close();
  expect(await exited).toEqual([0, null]);
  expect(store.apiKeys.list()).toHaveLength(1);
});

const READING: readonly (readonly [name: string, command: typeof keysCommand, words: readonly string[]])[] = [
  ['keys', keysCommand, ['list']],
  ['origins', originsCommand, ['list']],
  ['sessions', sessionsCommand, ['list', '--all']],
  ['pairing', pairingCommand, []],
  ['pairing', pairingCommand, ['list']],
  ['desks', desksCommand, ['list']],
  ['audit-log', auditLogCommand, ['list']],
  ['audit-log', auditLogCommand, ['verify']],
  ['audit-log', auditLogCommand, ['export']],
  ['browser-policy', browserPolicyCommand, ['show']],
  ['encoders', encodersCommand, ['--url', 'http://127.0.0.1:1']],
];

describe.each(READING)('%s, when it only reads, makes nothing', (_name, command, words) => {
  /** Runs the command in this process, where it has nothing to say. */
  const run = async (stateDir: string): Promise<void> => {
    const nothing = () => expect.fail('It has nothing to say.');
    await command.run([...words, '--state-dir', stateDir], {
      ...{ isJson: false, result: nothing, news: nothing, progress: nothing, fail: nothing },
    });
  };

  test('where no folder is', async () => {
    const folder = join(temporaryFolder(), 'mistyped');
    await expect(run(folder)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringContaining(`There is no state folder ${folder}.`),
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('where a folder is without a store', async () => {
    const folder = temporaryFolder();
    await expect(run(folder)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: expect.stringContaining(`There is no encoderd.db in ${folder}`),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('where a file stands for the folder', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(run(file)).rejects.toMatchObject({
      exitCode: EXIT.unavailable,
      message: `The state folder ${file} cannot be used: it is no folder.`,
    });
  });
});

test('a command that writes makes the folder and the store', async () => {
  const folder = join(temporaryFolder(), 'new', 'one');
  const said: unknown[] = [];
  await keysCommand.run(['create', '--name', 'pms', '--state-dir', folder], {
    ...{
      isJson: true,
      result: (value) => said.push(value),
      news: () => {},
      progress: () => {},
      fail: () => {},
    },
  });
  expect(said).toHaveLength(1);
  expect(existsSync(join(folder, 'encoderd.db'))).toBe(true);
});
