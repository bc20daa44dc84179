import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';

/** A state folder that is gone when the test has ended. */
export function newStateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-signals-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What must not be there once a daemon has ended well. */
export const whereabouts = (stateDir: string) => join(stateDir, 'daemon.json');

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

/** The suite, with a signal that ends it; whatever comes `later`, while it stops. */
export function endsOn(first: NodeJS.Signals, ...later: readonly NodeJS.Signals[]): void {
  test(`a daemon that runs ends with 0 on ${first}, whatever comes while it stops (${later.join(', ')})`, async () => {
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
}
