import { z } from 'zod';
import { attemptWords, readTimeout, runAttempt } from './attempt.ts';
import { DaemonClient } from './daemon-client.ts';
import { chosenEncoder } from './encoders.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE =
  'encode CREDENTIAL_ID [--encoder ENCODER] [--timeout SECONDS] [--replace-lost-card] [--overwrite]';

const encoded = z.object({
  display_name: z.string(),
  card_number: z.string(),
  card_format: z.string(),
  issue_counter: z.number(),
});

/** Writes a credential on a card. */
export const encodeCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      ...attemptWords,
      'replace-lost-card': { type: 'boolean' },
      overwrite: { type: 'boolean' },
    });
    const [acs_credential_id] = positionals;
    if (acs_credential_id === undefined || positionals.length > 1) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
    const timeoutSeconds = readTimeout(values.timeout);
    const daemon = new DaemonClient(values);
    const { acs_encoder_id } = await chosenEncoder(
      daemon,
      values.encoder,
      'encode CREDENTIAL_ID --encoder ENCODER',
    );
    const attempt = await runAttempt(
      daemon,
      {
        path: '/acs/encoders/encode_credential',
        encoderId: acs_encoder_id,
        timeoutSeconds,
        params: {
          acs_credential_id,
          replace_lost_card: values['replace-lost-card'] === true,
          overwrite: values.overwrite === true,
        },
      },
      terminal,
    );
    const { display_name, card_number, card_format, issue_counter } = encoded.parse(attempt.result);
    terminal.result(attempt, [
      `${display_name} is on the card with the number ${card_number}, in the format ${card_format}, issue ${issue_counter}.`,
    ]);
  },
};
