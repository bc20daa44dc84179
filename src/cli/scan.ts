import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { listEncoders } from './encoders.ts';
import { watchDesk } from './live-client.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const attempt = z.looseObject({
  action_attempt_id: z.string(),
  phase: z.string(),
  status: z.enum(['pending', 'success', 'error']),
  hint: z.string().optional(),
  error: z.object({ message: z.string() }).nullable(),
  result: z
    .looseObject({
      acs_credential_on_encoder: z.looseObject({ card_number: z.string().nullable() }).nullable(),
      acs_credential_on_seam: z
        .looseObject({ display_name: z.string(), acs_user_id: z.string().optional() })
        .nullable(),
    })
    .nullable(),
});

type ScanAttempt = z.output<typeof attempt>;

/** Reads one card and says what the site has for it. */
export const scanCommand = {
  usage: 'scan [--encoder ID] [--timeout SECONDS]',
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values } = readWords(words, { encoder: { type: 'string' }, timeout: { type: 'string' } });
    const daemon = new DaemonClient(values);
    const encoderId = values.encoder ?? (await onlyEncoder(daemon));
    const ended = new AbortController();
    let ownId: string | undefined;
    for await (const message of watchDesk(daemon, ended.signal)) {
      if (message.type === 'authenticated') {
        const begun = await daemon.call(
          '/acs/encoders/scan_credential',
          {
            acs_encoder_id: encoderId,
            ...(values.timeout === undefined ? {} : { timeout_seconds: Number(values.timeout) }),
          },
          z.object({ action_attempt: attempt }),
        );
        const { action_attempt_id } = begun.action_attempt;
        ownId = action_attempt_id;
        process.once('SIGINT', () => {
          void daemon.call('/action_attempts/cancel', { action_attempt_id }, z.unknown());
        });
        continue;
      }
      if (message.type !== 'action_attempt.changed') continue;
      const changed = z
        .object({ action_attempt: z.looseObject({ action_attempt_id: z.string() }) })
        .parse(message).action_attempt;
      if (changed.action_attempt_id !== ownId) continue;
      const now = attempt.parse(changed);
      if (now.status === 'pending') {
        if (!terminal.isJson && now.hint !== undefined) terminal.news(now, now.hint);
        continue;
      }
      ended.abort();
      if (now.error !== null) throw new CommandError(now.error.message);
      terminal.result(now, describe(now));
      return;
    }
  },
};

function describe({ result }: ScanAttempt): string[] {
  const number = result?.acs_credential_on_encoder?.card_number ?? 'unknown';
  const known = result?.acs_credential_on_seam ?? null;
  if (known === null) return [`Card number ${number}: not registered here.`];
  return [
    `Card number ${number}: ${known.display_name}`,
    known.acs_user_id === undefined
      ? 'It belongs to nobody.'
      : `It belongs to the user ${known.acs_user_id}.`,
  ];
}

async function onlyEncoder(daemon: DaemonClient): Promise<string> {
  const online = (await listEncoders(daemon)).filter(({ state }) => state !== 'offline');
  const [first] = online.length === 1 ? online : online.filter((one) => !one.is_virtual);
  if (first === undefined || online.filter((one) => !one.is_virtual).length > 1) {
    throw new CommandError('Say which encoder, with --encoder ID. See: encoderctl encoders', EXIT.usage);
  }
  return first.acs_encoder_id;
}
