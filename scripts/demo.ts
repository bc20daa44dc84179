import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSeamActionAttemptFailedError, SeamHttp } from '@seamapi/http';
import { startEncoderd } from './encoderd-process.ts';

/** The main job, end to end, without hardware: a guest, a card, and whose card it is. */
async function demo(): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-demo-'));
  say(`Starting a daemon with virtual encoders (state in ${stateDir})`);
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
  try {
    const token = daemon.createApiKey('demo');
    say(`It answers at ${daemon.url}, and an app has got an API key`);
    const seam = new SeamHttp({ apiKey: token, endpoint: daemon.url });

    const [encoder] = await seam.acs.encoders.list();
    const [system] = await seam.acs.systems.list();
    if (encoder === undefined || system === undefined) throw new Error('The desk has no encoder.');
    say(`The encoder on the desk: ${encoder.display_name}`);

    const guest = await seam.acs.users.create({
      acs_system_id: system.acs_system_id,
      full_name: 'Ada Lovelace',
    });
    say(`The guest: ${guest.full_name}, user ${guest.acs_user_id}`);

    const { acs_encoder_id } = encoder;
    const begun = await seam.acs.encoders.scanToAssignCredential(
      { acs_encoder_id, acs_user_id: guest.acs_user_id },
      { waitForActionAttempt: false },
    );
    say(
      `The app asked the encoder to scan a card and assign it: attempt ${begun.action_attempt_id} is ${begun.status}`,
    );

    const card = await daemon.post(token, '/acs/encoders/simulate/place_card', {
      acs_encoder_id,
      card: { technology: 'ntag215' },
    });
    say(`The clerk puts a card on the encoder: ${JSON.stringify(card)}`);

    const attempt = await seam.actionAttempts.get(
      { action_attempt_id: begun.action_attempt_id },
      { waitForActionAttempt: { timeout: 10_000, pollingInterval: 50 } },
    );
    say('The card belongs to the guest:');
    process.stdout.write(`${JSON.stringify(attempt, null, 2)}\n`);
  } finally {
    await daemon.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function say(step: string): void {
  process.stdout.write(`- ${step}\n`);
}

try {
  await demo();
} catch (error) {
  const reason = isSeamActionAttemptFailedError(error) ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`The demo failed: ${reason}\n`);
  process.exitCode = 1;
}
