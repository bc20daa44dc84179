import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const health = z.object({
  msg: z.string(),
  site_keys: z.enum(['available', 'unavailable']),
  drivers: z.array(z.object({ driver: z.string(), state: z.string(), reason: z.string().optional() })),
});

/** How the daemon, its drivers and its encoders are doing. */
export const statusCommand = {
  usage: 'status',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, {});
    const daemon = new DaemonClient(values);
    const { drivers, msg, site_keys } = await daemon.call('/health', {}, health);
    const encoders = await listEncoders(daemon);
    const online = encoders.filter(({ state }) => state !== 'offline').length;
    terminal.result({ url: daemon.url, msg, site_keys, drivers, encoders }, [
      `${msg} at ${daemon.url}`,
      ...(site_keys === 'available'
        ? []
        : [
            'No card can be written or read: the keys of the site cannot be had. See: encoderctl site-keys list',
          ]),
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
