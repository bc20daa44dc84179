import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attemptIs, firstEncoder, startDaemon, startScan, temporaryFolder } from './main-process.ts';

describe('the daemon', () => {
  test('ends with 75 when another daemon has its state folder, and leaves that one alone', async () => {
    const stateDir = temporaryFolder();
    const first = await startDaemon(stateDir);
    await expect(startDaemon(stateDir)).rejects.toThrow(
      /ended with 75:\n.*Another encoderd is running on this state folder/,
    );
    expect((await fetch(new URL('/health', first.url))).status).toBe(200);
    expect(existsSync(join(stateDir, 'daemon.json'))).toBe(true);
  });

  test('ends and says why when its state folder cannot be used, or its database is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a-file'), '');
    await expect(startDaemon(join(folder, 'a-file'))).rejects.toThrow(
      /ended with 75:\nThe state folder .*a-file cannot be used: /,
    );
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'encoderd.db'), 'no database, '.repeat(1000));
    await expect(startDaemon(broken)).rejects.toThrow(
      /ended with 78:\nThe database .* is damaged: file is not a database/,
    );
  });

  test('goes on when the disk is full: it says so, forgets nothing, and finishes once there is room', async () => {
    const stateDir = temporaryFolder();
    const daemon = await startDaemon(stateDir);
    const token = daemon.createApiKey('test');
    const acs_encoder_id = await firstEncoder(daemon, token);
    const card = { technology: 'ntag215', id: 'the-card' };
    await daemon.post(token, '/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    await daemon.post(token, '/acs/encoders/simulate/remove_card', { acs_encoder_id });
    const id = await startScan(daemon, token, acs_encoder_id);
    await expect.poll(() => attemptIs(daemon, token, id)).toMatchObject({ phase: 'awaiting_card' });
    // From now on no file may grow by a single byte.
    const allow = (bytes: string) =>
      execFileSync('prlimit', [`--fsize=${bytes}`, '--pid', String(daemon.process.pid)]);
    allow('0:unlimited');
    await daemon.post(token, '/acs/encoders/simulate/place_card', { acs_encoder_id, card });
    await expect
      .poll(() => daemon.post(token, '/user_identities/create', { full_name: 'Ada' }))
      .toMatchObject({ ok: false, error: { type: 'storage_unavailable' } });
    expect(await attemptIs(daemon, token, id)).toMatchObject({ phase: 'awaiting_card' });
    allow('unlimited:unlimited');
    await expect
      .poll(() => attemptIs(daemon, token, id), { interval: 50 })
      .toMatchObject({ status: 'success' });
  });
});
