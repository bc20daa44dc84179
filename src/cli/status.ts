import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const health = z.object({
  msg: z.string(),
  drivers: z.array(z.object({ driver: z.string(), state: z.string(), reason: z.string().optional() })),
});

/** How the daemon, its drivers and its encoders are doing. */
export const statusCommand = {
  usage: 'status',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, {});
    const daemon = new DaemonClient(values);
    const { drivers, msg } = await daemon.call('/health', {}, health);
    const encoders = await listEncoders(daemon);
    const online = encoders.filter(({ state }) => state !== 'offline').length;
    terminal.result({ url: daemon.url, msg, drivers, encoders }, [
      `${msg} at ${daemon.url}`,
      '',
      ...table(
        ['DRIVER', 'STATE', ''],
        drivers.map(({ driver, state, reason }) => [driver, state, reason ?? '']),
      ),
      '',
      `${online} of ${encoders.length} encoders online`,
    ]);
  },
};
