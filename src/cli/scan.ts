import { z } from 'zod';
import { attemptWords, readTimeout, runAttempt } from './attempt.ts';
import { DaemonClient } from './daemon-client.ts';
import { chosenEncoder } from './encoders.ts';
import type { Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const scanResult = z.object({
  acs_credential_on_encoder: z.object({ card_number: z.string().nullable() }).nullable(),
  acs_credential_on_seam: z
    .object({ display_name: z.string(), acs_user_id: z.string().optional() })
    .nullable(),
});

/** Reads one card and says what the site has for it. */
export const scanCommand = {
  usage: 'scan [--encoder ENCODER] [--timeout SECONDS]',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, attemptWords);
    const timeoutSeconds = readTimeout(values.timeout);
    const daemon = new DaemonClient(values);
    const { acs_encoder_id: encoderId } = await chosenEncoder(
      daemon,
      values.encoder,
      'scan --encoder ENCODER',
    );
    const order = { path: '/acs/encoders/scan_credential', encoderId, timeoutSeconds } as const;
    const attempt = await runAttempt(daemon, order, terminal);
    terminal.result(attempt, describe(scanResult.parse(attempt.result)));
  },
};

function describe(result: z.output<typeof scanResult>): string[] {
  const number = result.acs_credential_on_encoder?.card_number ?? null;
  const known = result.acs_credential_on_seam;
  if (number === null) return ['The card has no number yet: not registered here.'];
  if (known === null) return [`Card number ${number}: not registered here.`];
  return [
    `Card number ${number}: ${known.display_name}`,
    known.acs_user_id === undefined
      ? 'It belongs to nobody.'
      : `It belongs to the user ${known.acs_user_id}.`,
  ];
}
