import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const encoder = z.object({
  acs_encoder_id: z.string(),
  display_name: z.string(),
  state: z.string(),
  driver: z.string(),
  is_virtual: z.boolean(),
});

export type ListedEncoder = z.output<typeof encoder>;

const health = z.object({ word: z.string(), sign: z.string().nullable(), reason: z.string() });

const NOT_KNOWN: z.output<typeof health> = { word: 'unknown', sign: null, reason: '' };

/** How each encoder wears, by its id (docs/encoder-health.md). */
async function listHealth(daemon: DaemonClient): Promise<ReadonlyMap<string, z.output<typeof health>>> {
  const { encoder_health } = await daemon.call(
    '/v1/encoders/list_health',
    {},
    z.object({ encoder_health: z.array(z.object({ acs_encoder_id: z.string(), health })) }),
  );
  return new Map(encoder_health.map((one) => [one.acs_encoder_id, one.health]));
}

/** Every encoder that the desk has seen. */
export async function listEncoders(daemon: DaemonClient): Promise<readonly ListedEncoder[]> {
  const answer = await daemon.call(
    '/acs/encoders/list',
    {},
    z.object({ acs_encoders: z.array(z.looseObject(encoder.shape)) }),
  );
  return answer.acs_encoders;
}

/**
 * The encoder that a person names; without a word, the only one that is there, or the only real one. `how` is the command with which one is named. Throws
 * CommandError, which lists them, when that is not one.
 */
export async function chosenEncoder(
  daemon: DaemonClient,
  word: string | undefined,
  how: string,
): Promise<ListedEncoder> {
  if (word !== undefined) return namedEncoder(daemon, word);
  const online = (await listEncoders(daemon)).filter(({ state }) => state !== 'offline');
  const real = online.filter((one) => !one.is_virtual);
  const [only, ...others] = online.length === 1 ? online : real;
  if (only !== undefined && others.length === 0) return only;
  if (online.length === 0) throw noneAttached();
  throw new CommandError(
    [`There are ${online.length} encoders. Say which one: encoderctl ${how}`, ...known(online)].join('\n'),
    EXIT.usage,
  );
}

/** The encoder that a person means by an id, the beginning of one, or a name. Throws CommandError, which names those that there are. */
export async function namedEncoder(daemon: DaemonClient, word: string): Promise<ListedEncoder> {
  const all = await listEncoders(daemon);
  if (all.length === 0) throw noneAttached();
  const said = word.toLowerCase();
  const exact = all.filter(
    ({ acs_encoder_id, display_name }) =>
      acs_encoder_id.toLowerCase() === said || display_name.toLowerCase() === said,
  );
  const begins = ({ acs_encoder_id }: ListedEncoder) =>
    said !== '' && acs_encoder_id.toLowerCase().startsWith(said);
  const [only, ...others] = exact.length > 0 ? exact : all.filter(begins);
  if (only !== undefined && others.length === 0) return only;
  const which = only === undefined ? `There is no encoder "${word}".` : `"${word}" is more than one encoder.`;
  throw new CommandError([`${which} There are:`, ...known(all)].join('\n'), EXIT.usage);
}

const known = (encoders: readonly ListedEncoder[]): readonly string[] =>
  encoders.map((one) => `  ${one.acs_encoder_id}  ${one.display_name}`);

const noneAttached = () =>
  new CommandError('No encoder is attached. Plug one in, and see: encoderctl status', EXIT.unavailable);

const LIST_USAGE = 'encoders';
const IDENTIFY_USAGE = 'encoders identify ENCODER [--cue success|failure]';

async function identify(daemon: DaemonClient, word: string, cue: string | undefined, terminal: Terminal) {
  if (cue !== undefined && cue !== 'success' && cue !== 'failure') throw wrongUseOf([IDENTIFY_USAGE]);
  const { acs_encoder_id, display_name } = await namedEncoder(daemon, word);
  const params = { acs_encoder_id, ...(cue === undefined ? {} : { cue }) };
  const { lasts_ms } = await daemon.call('/v1/encoders/identify', params, z.object({ lasts_ms: z.number() }));
  terminal.result({ acs_encoder_id, display_name, lasts_ms }, [
    `${display_name} lights up, and sounds if it can, three times in the next ${Math.ceil(lasts_ms / 1000)} seconds.`,
  ]);
}

/** Lists the encoders, or makes one say which it is. */
export const encodersCommand = {
  usage: `${LIST_USAGE}\n  ${IDENTIFY_USAGE}`,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { cue: { type: 'string' } });
    const [verb, named, ...others] = positionals;
    if (verb === 'identify' && named !== undefined && others.length === 0) {
      return identify(new DaemonClient(values), named, values.cue, terminal);
    }
    if (verb !== undefined || values.cue !== undefined) throw wrongUseOf([LIST_USAGE, IDENTIFY_USAGE]);
    const daemon = new DaemonClient(values);
    const [seen, health] = await Promise.all([listEncoders(daemon), listHealth(daemon)]);
    const encoders = seen.map((one) => ({ ...one, health: health.get(one.acs_encoder_id) ?? NOT_KNOWN }));
    terminal.result(
      encoders,
      encoders.length === 0
        ? ['No encoder has been seen yet. Plug one in, and see: encoderctl status']
        : [
            ...table(
              ['ENCODER', 'NAME', 'STATE', 'DRIVER', 'HEALTH'],
              encoders.map((one) => [
                one.acs_encoder_id,
                one.display_name,
                one.state,
                one.driver,
                one.health.word,
              ]),
            ),
            ...encoders
              .filter(({ health }) => health.sign !== null)
              .map((one) => `${one.display_name}: ${one.health.reason}`),
          ],
    );
  },
};
