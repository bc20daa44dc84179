import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

function newStateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-signals-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What must not be there once a daemon has ended well. */
const whereabouts = (stateDir: string) => join(stateDir, 'daemon.json');

/** A WebSocket that never answers the daemon's goodbye: stopping takes half a second for it. */
async function holdUp({ url }: EncoderdProcess): Promise<void> {
  const { host, port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(
    `GET /live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await once(socket, 'data');
}

describe('a daemon that runs', () => {
  test.each<NodeJS.Signals[]>([
    ['SIGTERM', 'SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP', 'SIGTERM'],
  ])('ends with 0 on %s, whatever comes while it stops (%s, %s)', async (first, ...later) => {
    const stateDir = newStateDir();
    const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
    onTestFinished(() => daemon.kill());
    await holdUp(daemon);
    expect(existsSync(whereabouts(stateDir))).toBe(true);
    const exit = once(daemon.process, 'exit');
    daemon.process.kill(first);
    // Signals that wait for one another are one to the system: each must have been delivered before the next.
    await expect
      .poll(() => daemon.output.some((line) => line.includes('"stopping"')), { interval: 10 })
      .toBe(true);
    for (const signal of later) {
      expect(daemon.process.kill(signal)).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await exit).toEqual([0, null]);
    expect(existsSync(whereabouts(stateDir))).toBe(false);
    expect(daemon.output.filter((line) => line.includes('"level":60'))).toEqual([]);
  });
});

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
