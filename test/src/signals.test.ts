import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endsOn, newStateDir, whereabouts } from './signalled.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

endsOn('SIGTERM', 'SIGTERM', 'SIGTERM');

describe('a daemon that starts', () => {
  /** Starts it, and resolves with how it ended and what it wrote. */
  async function start(stateDir: string, whenSpawned: (stop: () => void) => void) {
    const env = {
      ...process.env,
      ENCODERD_STATE_DIR: stateDir,
      ENCODERD_DRIVERS: 'virtual',
      ENCODERD_PORT: '0',
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    const closed = once(child, 'close');
    await once(child, 'spawn');
    whenSpawned(() => void child.kill('SIGTERM'));
    const [code, signal] = await closed;
    return { code, signal, output: Buffer.concat(chunks).toString() };
  }

  test('ends with 0 on SIGTERM from the moment on when it has touched its state folder', async () => {
    const stateDir = newStateDir();
    const ended = await start(stateDir, (stop) => {
      const watcher = watch(stateDir, () => {
        watcher.close();
        stop();
      });
      onTestFinished(() => watcher.close());
    });
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.output).not.toContain('"level":60');
    expect(existsSync(whereabouts(stateDir))).toBe(false);
  });

  test('ends on SIGTERM right after the spawn, and leaves nothing behind', async () => {
    const stateDir = newStateDir();
    const ended = await start(stateDir, (stop) => stop());
    // Before Node.js runs the program, the signal ends the process by itself.
    expect([
      [0, null],
      [null, 'SIGTERM'],
    ]).toContainEqual([ended.code, ended.signal]);
    expect(ended.output).not.toContain('"level":60');
    expect(existsSync(whereabouts(stateDir))).toBe(false);
  });
});
