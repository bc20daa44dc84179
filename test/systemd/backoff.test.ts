import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const BACKOFF = join(import.meta.dirname, '../../systemd/backoff');

/** Runs it as systemd does, with a clock that is set and a sleep that only says how long it would be. */
function desk() {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-backoff-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { now: 1_800_000_000, restarts: 'echo 7' };
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const run = (word: string, result = '') => {
    program('date', `echo ${clock.now}`);
    program('sleep', 'echo "slept $1"');
    program('systemctl', clock.restarts);
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      RUNTIME_DIRECTORY: folder,
      SERVICE_RESULT: result,
    };
    const { stdout, status, stderr } = spawnSync('sh', [BACKOFF, word], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return Number(/slept (\d+)/.exec(stdout)?.[1] ?? 0);
  };
  return { clock, failures: join(folder, 'failures'), run };
}

test('the first failure costs nothing, and every one that follows soon twice as long, up to a minute', () => {
  const { run, clock } = desk();
  const waits = Array.from({ length: 9 }, () => {
    clock.now += 5;
    run('note', 'exit-code');
    return run('wait');
  });
  expect(waits).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('an end that was asked for is no failure, and those before are forgotten', () => {
  const { run } = desk();
  for (const _ of Array(4)) run('note', 'watchdog');
  expect(run('wait')).toBe(8);
  run('note', 'success');
  expect(run('wait')).toBe(0);
  run('note', 'signal');
  expect(run('wait')).toBe(0);
});

test('failures of ten minutes ago do not count any more, nor those that lie ahead once the clock was set back', () => {
  const { run, clock } = desk();
  for (const _ of Array(4)) run('note', 'exit-code');
  clock.now += 599;
  expect(run('wait')).toBe(8);
  clock.now += 1;
  expect(run('wait')).toBe(0);
  clock.now -= 3_600;
  expect(run('wait')).toBe(0);
});

test('a service that fails for weeks notes no more than the last failures', () => {
  const { run, failures } = desk();
  for (const _ of Array(30)) run('note', 'exit-code');
  expect(readFileSync(failures, 'utf8').trim().split('\n')).toHaveLength(20);
});

test('the first start of all waits for nothing', () => {
  const { run, failures } = desk();
  expect(run('wait')).toBe(0);
  expect(existsSync(failures)).toBe(false);
});

test('a person who starts the service waits for nothing, whatever was before', () => {
  const { run, clock } = desk();
  for (const _ of Array(4)) run('note', 'exit-code');
  clock.restarts = 'echo 0';
  expect(run('wait')).toBe(0);
  // Without D-Bus nobody says who starts it.
  clock.restarts = 'echo "Failed to connect to bus" >&2; exit 1';
  expect(run('wait')).toBe(8);
});
