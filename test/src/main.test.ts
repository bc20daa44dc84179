import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { PROMISE_OF_TIME } from '../promise-of-time.ts';
import { attemptIs, firstEncoder, startDaemon, startScan, temporaryFolder } from './main-process.ts';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the daemon', () => {
  test('says where it listens in one JSON line on stdout, also when its log is silent', async () => {
    const stateDir = temporaryFolder();
    const daemon = await startDaemon(stateDir, { ENCODERD_LOG_LEVEL: 'silent' });
    expect(daemon.output).toHaveLength(1);
    expect(JSON.parse(daemon.output[0] ?? '')).toMatchObject({
      msg: 'listening',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      state_dir: stateDir,
      pid: daemon.process.pid,
    });
    expect((await fetch(new URL('/health', daemon.url))).status).toBe(200);
  });

  test('keeps its state for its owner alone', async () => {
    const stateDir = join(temporaryFolder(), 'state');
    const daemon = await startDaemon(stateDir);
    const token = daemon.createApiKey('test');
    const acs_encoder_id = await firstEncoder(daemon, token);
    await daemon.post(token, '/acs/encoders/simulate/place_card', {
      acs_encoder_id,
      card: { technology: 'ntag215' },
    });
    expect(mode(stateDir)).toBe('700');
    const files = readdirSync(stateDir).filter(
      (name) => name.startsWith('encoderd.db') || name.endsWith('.json'),
    );
    expect(files.sort()).toEqual([
      'daemon.json',
      'encoderd.db',
      'encoderd.db-shm',
      'encoderd.db-wal',
      'site-keys.json',
    ]);
    for (const name of files) expect(mode(join(stateDir, name)), name).toBe('600');
    await daemon.stop();
    expect(existsSync(join(stateDir, 'daemon.json'))).toBe(false);
  });

  test(
    'ends with 0 on SIGTERM while an attempt waits and a socket is open, and takes the attempt up again',
    PROMISE_OF_TIME,
    async () => {
      const stateDir = temporaryFolder();
      const before = await startDaemon(stateDir);
      const token = before.createApiKey('test');
      const acs_encoder_id = await firstEncoder(before, token);
      const socket = new WebSocket(new URL('/live', before.url.replace('http', 'ws')));
      onTestFinished(() => socket.terminate());
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'authenticate', token }));
      await once(socket, 'message');
      const closed = once(socket, 'close');
      const id = await startScan(before, token, acs_encoder_id);
      const began = performance.now();
      expect(await before.stop()).toBe(0);
      expect(performance.now() - began).toBeLessThan(5000);
      await closed;
      expect(before.output.filter((line) => line.includes('"level":60'))).toEqual([]);

      const after = await startDaemon(stateDir);
      expect(await attemptIs(after, token, id)).toMatchObject({ status: 'pending' });
      expect(await firstEncoder(after, token)).toBe(acs_encoder_id);
      await after.post(token, '/acs/encoders/simulate/place_card', {
        acs_encoder_id,
        card: { technology: 'ntag215' },
      });
      await expect.poll(() => attemptIs(after, token, id)).toMatchObject({ status: 'success' });
      expect(await after.stop()).toBe(0);
    },
  );

  test('ends with 0 on SIGINT, and while a card is read', async () => {
    const daemon = await startDaemon(temporaryFolder());
    const token = daemon.createApiKey('test');
    const acs_encoder_id = await firstEncoder(daemon, token);
    await daemon.post(token, '/acs/encoders/simulate/place_card', {
      acs_encoder_id,
      // Each answer takes its time, so that the daemon stops in the middle of the reading.
      card: { technology: 'mifare_classic_1k', faults: { delay_ms: 700 } },
    });
    const id = await startScan(daemon, token, acs_encoder_id);
    await expect.poll(() => attemptIs(daemon, token, id)).toMatchObject({ phase: 'reading' });
    const exit = once(daemon.process, 'exit');
    daemon.process.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
  });

  test('ends with 75 when another program has its port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    await expect(startDaemon(temporaryFolder(), { ENCODERD_PORT: port })).rejects.toThrow(
      new RegExp(`encoderd ended with 75:\nPort ${port} cannot be opened: .*EADDRINUSE`),
    );
  });
});
