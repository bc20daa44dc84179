import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as realTime } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SQLite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
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
