import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const encoder = z.object({
  acs_encoder_id: z.string(),
  display_name: z.string(),
  state: z.string(),
  driver: z.string(),
  is_virtual: z.boolean(),
});

export type ListedEncoder = z.output<typeof encoder>;

/** Every encoder that the desk has seen. */
export async function listEncoders(daemon: DaemonClient): Promise<readonly ListedEncoder[]> {
  const answer = await daemon.call(
    '/acs/encoders/list',
    {},
    z.object({ acs_encoders: z.array(z.looseObject(encoder.shape)) }),
  );
  return answer.acs_encoders;
}

/** The encoder of this id; without one, the only encoder that is there, or the only real one. Throws CommandError, which names them, when that is not one. */
export async function chosenEncoder(daemon: DaemonClient, id: string | undefined): Promise<string> {
  if (id !== undefined) return id;
  const online = (await listEncoders(daemon)).filter(({ state }) => state !== 'offline');
  const real = online.filter((one) => !one.is_virtual);
  const [only, ...others] = online.length === 1 ? online : real;
  if (only !== undefined && others.length === 0) return only.acs_encoder_id;
  if (online.length === 0) {
    throw new CommandError(
      'No encoder is attached. Plug one in, and see: encoderctl status',
      EXIT.unavailable,
    );
  }
  throw new CommandError(
    [
      `There are ${online.length} encoders. Say which one, with --encoder ID:`,
      ...online.map((one) => `  ${one.acs_encoder_id}  ${one.display_name}`),
    ].join('\n'),
    EXIT.usage,
  );
}

/** Lists the encoders. */
export const encodersCommand = {
  usage: 'encoders',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, {});
    const encoders = await listEncoders(new DaemonClient(values));
    terminal.result(
      encoders,
      encoders.length === 0
        ? ['No encoder has been seen yet. Plug one in, and see: encoderctl status']
        : table(
            ['ENCODER', 'NAME', 'STATE', 'DRIVER'],
            encoders.map((one) => [one.acs_encoder_id, one.display_name, one.state, one.driver]),
          ),
    );
  },
};
