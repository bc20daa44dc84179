import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const PAIR_USAGE = 'pair ADDRESS [--name NAME]';
const UNPAIR_USAGE = 'unpair';

/** How often the daemon is asked how it goes, milliseconds. */
const ASK_EVERY_MS = 500;

const pairing = z.looseObject({
  state: z.enum(['none', 'waiting', 'paired', 'failed']),
  endpoint: z.string().optional(),
  code: z.string().optional(),
  expires_at: z.string().optional(),
  desk_name: z.string().optional(),
  message: z.string().optional(),
  warning: z.string().optional(),
});

type ShownPairing = z.output<typeof pairing>;

const answer = z.object({ pairing });

/** Pairs this desk with a property server: shows the code, and waits until somebody has typed it there. */
export const pairCommand = {
  usage: PAIR_USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { name: { type: 'string' } });
    const [endpoint, ...others] = positionals;
    if (endpoint === undefined || others.length > 0) {
      throw new CommandError(`usage: encoderctl ${PAIR_USAGE}`, EXIT.usage);
    }
    const daemon = new DaemonClient(values);
    const order = { endpoint, ...(values.name === undefined ? {} : { name: values.name }) };
    let { pairing: shown } = await daemon.call('/v1/sync/pair', order, answer);
    terminal.news(shown, invitation(shown));
    while (shown.state === 'waiting') {
      const before = shown.message;
      await sleep(ASK_EVERY_MS);
      ({ pairing: shown } = await daemon.call('/v1/sync/get_pairing', {}, answer));
      if (shown.state === 'waiting' && shown.message !== undefined && shown.message !== before) {
        terminal.news(shown, `${shown.message} It is asked again.`);
      }
    }
    if (shown.state !== 'paired') {
      throw new CommandError(shown.message ?? 'Somebody ended the pairing. Begin again, if you want it.');
    }
    terminal.news(
      shown,
      `This desk is paired as "${shown.desk_name}" with ${shown.endpoint}. See how it follows: encoderctl sync status`,
    );
  },
};

/** Makes this desk its own backend again. */
export const unpairCommand = {
  usage: UNPAIR_USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    if (positionals.length > 0) throw new CommandError(`usage: encoderctl ${UNPAIR_USAGE}`, EXIT.usage);
    await new DaemonClient(values).call('/v1/sync/unpair', {}, z.unknown());
    terminal.result({ unpaired: true }, [
      'This desk is its own backend from now on. What it had not told yet stays in its outbox.',
      'At the property server, take the desk away: encoderctl desks remove DESK',
    ]);
  },
};

function invitation({ code = '', endpoint, expires_at = '', warning }: ShownPairing): string {
  return [
    ...(warning === undefined ? [] : [`Beware: ${warning}`]),
    `The code of this desk is  ${code.slice(0, 3)}-${code.slice(3)}`,
    '',
    `At the property server ${endpoint}, type: encoderctl desks pair ${code}`,
    `It holds until ${expires_at}. Waiting ...`,
  ].join('\n');
}
