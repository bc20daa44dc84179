import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { type Terminal, table } from './terminal.ts';
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
