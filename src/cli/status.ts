import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const health = z.object({
  msg: z.string(),
  site_keys: z.enum(['available', 'unavailable']),
  given_up_deliveries: z.int(),
  sync: z.object({
    state: z.string(),
    waiting: z.int(),
    refused: z.int(),
    hint: z.string().nullable(),
  }),
  captures: z
    .array(z.object({ acs_encoder_id: z.string(), with_payload: z.boolean(), ends_at: z.string() }))
    .default([]),
  drivers: z.array(z.object({ driver: z.string(), state: z.string(), reason: z.string().optional() })),
});

/** How the daemon, its drivers and its encoders are doing. */
export const statusCommand = {
  usage: 'status',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, {});
    const daemon = new DaemonClient(values);
    const { drivers, msg, site_keys, given_up_deliveries, sync, captures } = await daemon.call(
      '/health',
      {},
      health,
    );
    const encoders = await listEncoders(daemon);
    const online = encoders.filter(({ state }) => state !== 'offline').length;
    const console_url = new URL('/', daemon.url).href;
    terminal.result(
      {
        url: daemon.url,
        console_url,
        msg,
        site_keys,
        given_up_deliveries,
        sync,
        captures,
        drivers,
        encoders,
      },
      [
        `${msg} at ${daemon.url}`,
        `The console: ${console_url} in a browser of this computer`,
        ...(site_keys === 'available'
          ? []
          : [
              'No card can be written or read: the keys of the site cannot be had. See: encoderctl site-keys list',
            ]),
        ...(given_up_deliveries === 0
          ? []
          : [
              `${given_up_deliveries} events were given up on their way to a webhook. See: encoderctl webhooks deliveries --state given_up`,
            ]),
        ...hintLines(sync.hint),
        ...captures.map(captureLine),
        '',
        ...table(
          ['DRIVER', 'STATE', ''],
          drivers.map(({ driver, state, reason }) => [driver, state, reason ?? '']),
        ),
        '',
        `${online} of ${encoders.length} encoders online`,
      ],
    );
  },
};

/** What a person should know of the backend, and which command says more. */
function hintLines(hint: string | null): readonly string[] {
  if (hint === null) return [];
  return [hint.includes('encoderctl') ? hint : `${hint} See: encoderctl sync status`];
}

/** Somebody who looks at the desk is to know that what passes at an encoder is written down. */
function captureLine({
  acs_encoder_id,
  with_payload,
  ends_at,
}: z.output<typeof health>['captures'][number]): string {
  const what = with_payload ? 'every byte, keys of cards among them' : 'without keys and card numbers';
  return `The encoder ${acs_encoder_id} is being captured (${what}) until ${ends_at}.`;
}
