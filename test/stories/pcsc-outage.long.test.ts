import { isSeamActionAttemptFailedError } from '@seamapi/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../benches/pcsc/pcsc-bench.ts';
import { placeCard } from '../benches/pcsc/pcsc-encoder-bench.ts';
import { PROMISE_OF_TIME } from '../promise-of-time.ts';
import { Desk } from './desk.ts';
import type { LiveClient } from './live-client.ts';

/** The promise: a reader is back within so many milliseconds of pcscd. */
const BACK_WITHIN_MS = 3000;

describe.skipIf(!pcscdIsAvailable())('a desk whose pcscd comes and goes', () => {
  let pcscd: PcscBench;
  let desk: Desk;
  let live: LiveClient;
  let encoderId: string;

  beforeAll(async () => {
    pcscd = await startPcscBench({ starts: false });
    // The driver host is a child of this process, and has its environment.
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
    desk = await Desk.open({ config: { drivers: { pcsc: {} } } });
    live = await desk.live(0);
  });
  afterAll(async () => {
    await live[Symbol.asyncDispose]();
    await desk[Symbol.asyncDispose]();
    await pcscd.dispose();
  });

  test('starts without it and says so, then finds the reader when it starts', async () => {
    const health = await desk.raw.post('/health', {});
    expect(health.body).toMatchObject({
      ok: true,
      drivers: [{ driver: 'pcsc', state: expect.stringMatching(/starting|unavailable/) }],
    });
    await pcscd.restart();
    const online = await live.next(
      'encoder.changed',
      ({ acs_encoder }) =>
        acs_encoder.state === 'online' && acs_encoder.display_name === 'ACS ACR122U PICC Interface',
    );
    encoderId = online.acs_encoder.acs_encoder_id;
  });

  test(
    'keeps an attempt waiting while it is killed and started again, and has the reader back in time',
    PROMISE_OF_TIME,
    async () => {
      const guest = await desk.seam.acs.users.create({
        acs_system_id: desk.systemId,
        full_name: 'Ada Lovelace',
      });
      const begun = await desk.seam.acs.encoders.scanToAssignCredential(
        { acs_encoder_id: encoderId, acs_user_id: guest.acs_user_id },
        { waitForActionAttempt: false },
      );
      const isMine = attemptIn(begun.action_attempt_id);
      await live.next('action_attempt.changed', isMine('awaiting_card'));
      await pcscd.kill();
      await live.next(
        'action_attempt.changed',
        ({ action_attempt }) => action_attempt.hint === 'The encoder is not connected. Check its cable.',
      );
      await pcscd.restart();
      const restarted = performance.now();
      await live.next(
        'encoder.changed',
        ({ acs_encoder }) => acs_encoder.acs_encoder_id === encoderId && acs_encoder.state !== 'offline',
        live.frames.length,
      );
      const tookMs = performance.now() - restarted;
      await placeCard(pcscd, 0, { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' });
      expect(await ended(desk, begun.action_attempt_id)).toMatchObject({
        status: 'success',
        result: { card_number: '2712847316' },
      });
      await removeCard();
      expect(tookMs).toBeLessThan(BACK_WITHIN_MS);
    },
  );

  test('reads the card again when it is killed while the card is read', async () => {
    const begun = await desk.seam.acs.encoders.scanCredential(
      { acs_encoder_id: encoderId },
      { waitForActionAttempt: false },
    );
    const isMine = attemptIn(begun.action_attempt_id);
    // Slow enough that reading lasts, quick enough for every deadline.
    await placeCard(pcscd, 0, { technology: 'ntag213', uid: '04A2C3F1D25E80', faults: { delayMs: 700 } });
    await live.next('action_attempt.changed', isMine('reading'));
    const killedAt = live.frames.length;
    await pcscd.kill();
    await live.next('action_attempt.changed', isMine('awaiting_card'), killedAt);
    await pcscd.restart();
    await placeCard(pcscd, 0, { technology: 'ntag213', uid: '04A2C3F1D25E80' });
    expect(await ended(desk, begun.action_attempt_id)).toMatchObject({
      status: 'success',
      result: { acs_credential_on_encoder: { card_number: `${0x04a2c3f1d25e80}` } },
    });
    await removeCard();
  });

  test('ends an attempt with encoder_not_online when it stays away', async () => {
    const begun = await desk.seam.acs.encoders.scanCredential(
      { acs_encoder_id: encoderId },
      { waitForActionAttempt: false },
    );
    await live.next('action_attempt.changed', attemptIn(begun.action_attempt_id)('awaiting_card'));
    await pcscd.kill();
    const failure = await ended(desk, begun.action_attempt_id).catch((error: unknown) => error);
    expect(isSeamActionAttemptFailedError(failure) && failure.code).toBe('encoder_not_online');
  });

  async function removeCard(): Promise<void> {
    const before = live.frames.length;
    await pcscd.slot(0).remove();
    await live.next('card.removed', () => true, before);
  }
});

const attemptIn =
  (id: string) =>
  (phase: string) =>
  ({ action_attempt }: { action_attempt: { action_attempt_id: string; phase: string } }): boolean =>
    action_attempt.action_attempt_id === id && action_attempt.phase === phase;

function ended(desk: Desk, action_attempt_id: string) {
  return desk.seam.actionAttempts.get(
    { action_attempt_id },
    { waitForActionAttempt: { timeout: 60_000, pollingInterval: 50 } },
  );
}
