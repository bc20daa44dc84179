import { z } from 'zod';
import { attemptWords, readTimeout, runAttempt } from './attempt.ts';
import { cardBlock, inspectedCard, scanBlock, scannedCard } from './card-block.ts';
import { DaemonClient } from './daemon-client.ts';
import { chosenEncoder } from './encoders.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'card read | card inspect | card erase [--overwrite]  [--encoder ENCODER] [--timeout SECONDS]';

/** What each verb asks for, and how a person reads what comes of it. */
const VERBS = {
  read: {
    path: '/acs/encoders/scan_credential',
    describe: (result: unknown) => scanBlock(scannedCard.parse(result)),
  },
  inspect: {
    path: '/v1/encoders/inspect_card',
    describe: (result: unknown) => cardBlock(inspectedCard.parse(result)),
  },
  erase: {
    path: '/v1/encoders/erase_card',
    describe: (result: unknown) => [
      `The card with the number ${z.object({ card_number: z.string() }).parse(result).card_number} is blank.`,
    ],
  },
} as const;

/** Reads a card, says all about it, or makes it blank. */
export const cardCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { ...attemptWords, overwrite: { type: 'boolean' } });
    const [verb, ...others] = positionals;
    const isVerb = verb === 'read' || verb === 'inspect' || verb === 'erase';
    if (!isVerb || others.length > 0 || (values.overwrite === true && verb !== 'erase')) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
    const { path, describe } = VERBS[verb];
    const timeoutSeconds = readTimeout(values.timeout);
    const daemon = new DaemonClient(values);
    const { acs_encoder_id } = await chosenEncoder(daemon, values.encoder, `card ${verb} --encoder ENCODER`);
    const attempt = await runAttempt(
      daemon,
      {
        path,
        encoderId: acs_encoder_id,
        timeoutSeconds,
        ...(values.overwrite === true ? { params: { overwrite: true } } : {}),
      },
      terminal,
    );
    terminal.result(attempt, describe(attempt.result));
  },
};
