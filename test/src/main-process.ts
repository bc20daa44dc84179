import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type EncoderdProcess, startEncoderd } from '../../scripts/encoderd-process.ts';

/** A folder that is gone when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-main-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A daemon in a process of its own, with virtual encoders. It does not outlive the test. */
export async function startDaemon(
  stateDir: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<EncoderdProcess> {
  const daemon = await startEncoderd({
    ENCODERD_STATE_DIR: stateDir,
    ENCODERD_DRIVERS: 'virtual',
    ENCODERD_LOG_LEVEL: 'warn',
    ...environment,
  });
  onTestFinished(() => daemon.kill());
  return daemon;
}

const encoderList = z.object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) });
const attemptAnswer = z.object({
  action_attempt: z.object({ action_attempt_id: z.string(), status: z.string(), phase: z.string() }),
});

/** The id of an encoder. */
export async function firstEncoder(daemon: EncoderdProcess, token: string): Promise<string> {
  const { acs_encoders } = encoderList.parse(await daemon.post(token, '/acs/encoders/list', {}));
  const [encoder] = acs_encoders;
  if (encoder === undefined) throw new Error('the desk has no encoder');
  return encoder.acs_encoder_id;
}

/** Asks for a scan; resolves with the attempt's id. */
export async function startScan(daemon: EncoderdProcess, token: string, acs_encoder_id: string) {
  const answer = await daemon.post(token, '/acs/encoders/scan_credential', { acs_encoder_id });
  return attemptAnswer.parse(answer).action_attempt.action_attempt_id;
}

/** How far an attempt has come. */
export async function attemptIs(daemon: EncoderdProcess, token: string, action_attempt_id: string) {
  const answer = await daemon.post(token, '/action_attempts/get', { action_attempt_id });
  return attemptAnswer.parse(answer).action_attempt;
}
