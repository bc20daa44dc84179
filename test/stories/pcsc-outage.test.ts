import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSeamActionAttemptFailedError, SeamHttp } from '@seamapi/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { placeCard } from '../benches/pcsc/pcsc-encoder-bench.ts';
import { DeskListener } from './desk-listener.ts';

/** The promise: a reader is back within so many milliseconds of pcscd. */
const BACK_WITHIN_MS = 3000;

describe.skipIf(!pcscdIsAvailable())('a desk with a real pcscd', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-pcsc-story-'));
  let pcscd: PcscBench;
  let daemon: EncoderdProcess;
  let seam: SeamHttp;
  let desk: DeskListener;
  let encoderId: string;
  let guestId: string;

  beforeAll(async () => {
    pcscd = await startPcscBench({ starts: false });
    daemon = await startEncoderd({
      ENCODERD_STATE_DIR: stateDir,
      ENCODERD_DRIVERS: 'pcsc',
      PCSCLITE_CSOCK_NAME: pcscd.socketName,
    });
    const token = daemon.createApiKey('desk');
    seam = new SeamHttp({ apiKey: token, endpoint: daemon.url });
    desk = await DeskListener.open(daemon.url, token);
  });

  afterAll(async () => {
    desk.close();
    await daemon.stop();
    await pcscd.dispose();
    rmSync(stateDir, { recursive: true, force: true });
  });

  test('starts without pcscd and says so, then finds the reader when pcscd starts', async () => {
    const health = await fetch(new URL('/health', daemon.url));
    expect(await health.json()).toMatchObject({
      ok: true,
      drivers: [{ driver: 'pcsc', state: expect.stringMatching(/starting|unavailable/) }],
    });
    await pcscd.restart();
    const online = await desk.until('encoder.changed', ({ acs_encoder }) => acs_encoder?.state === 'online');
    encoderId = online.acs_encoder?.acs_encoder_id ?? '';
    const [system] = await seam.acs.systems.list();
    const guest = await seam.acs.users.create({
      acs_system_id: system?.acs_system_id ?? '',
      full_name: 'Ada Lovelace',
    });
    guestId = guest.acs_user_id;
  });

  test('keeps an attempt waiting while pcscd is killed and started again, and has the reader back in time', async () => {
    const begun = await seam.acs.encoders.scanToAssignCredential(
      { acs_encoder_id: encoderId, acs_user_id: guestId },
      { waitForActionAttempt: false },
    );
    await desk.until(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt?.phase === 'awaiting_card',
    );
    await pcscd.kill();
    await desk.until(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt?.hint === 'The encoder is not connected. Check its cable.',
    );
    await pcscd.restart();
    const restarted = performance.now();
    await desk.until(
      'encoder.changed',
      ({ acs_encoder }) => acs_encoder?.acs_encoder_id === encoderId && acs_encoder.state !== 'offline',
    );
    expect(performance.now() - restarted).toBeLessThan(BACK_WITHIN_MS);
    await placeCard(pcscd, 0, { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' });
    const attempt = await ended(seam, begun.action_attempt_id);
    expect(attempt).toMatchObject({ status: 'success', result: { card_number: '2712847316' } });
    await removeCard(pcscd, desk);
  });

  test('reads the card again when pcscd is killed while it is read', async () => {
    const begun = await seam.acs.encoders.scanCredential(
      { acs_encoder_id: encoderId },
      { waitForActionAttempt: false },
    );
    // Slow enough that reading lasts, quick enough for every deadline.
    await placeCard(pcscd, 0, { technology: 'ntag213', uid: '04A2C3F1D25E80', faults: { delayMs: 700 } });
    await desk.until('action_attempt.changed', ({ action_attempt }) => action_attempt?.phase === 'reading');
    await pcscd.kill();
    await desk.until(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt?.phase === 'awaiting_card',
    );
    await pcscd.restart();
    await placeCard(pcscd, 0, { technology: 'ntag213', uid: '04A2C3F1D25E80' });
    const attempt = await ended(seam, begun.action_attempt_id);
    expect(attempt).toMatchObject({
      status: 'success',
      result: { acs_credential_on_encoder: { card_number: `${0x04a2c3f1d25e80}` } },
    });
    await removeCard(pcscd, desk);
  });

  test('ends an attempt with encoder_not_online when pcscd stays away', async () => {
    const begun = await seam.acs.encoders.scanCredential(
      { acs_encoder_id: encoderId },
      { waitForActionAttempt: false },
    );
    await desk.until(
      'action_attempt.changed',
      ({ action_attempt }) => action_attempt?.phase === 'awaiting_card',
    );
    await pcscd.kill();
    const failure = await ended(seam, begun.action_attempt_id).catch((error: unknown) => error);
    expect(isSeamActionAttemptFailedError(failure) && failure.code).toBe('encoder_not_online');
    await pcscd.restart();
  });
});

function ended(seam: SeamHttp, action_attempt_id: string) {
  return seam.actionAttempts.get(
    { action_attempt_id },
    { waitForActionAttempt: { timeout: 15_000, pollingInterval: 50 } },
  );
}

async function removeCard(pcscd: PcscBench, desk: DeskListener): Promise<void> {
  await pcscd.slot(0).remove();
  await desk.until('card.removed', () => true);
}
