import { z } from 'zod';
import type { DaemonClient } from './daemon-client.ts';
import { watchDesk } from './live-client.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';

const attempt = z.looseObject({
  action_attempt_id: z.string(),
  acs_encoder_id: z.string(),
  phase: z.string(),
  status: z.enum(['pending', 'success', 'error']),
  hint: z.string().optional(),
  progress: z.object({ done: z.number(), total: z.number() }).optional(),
  error: z.object({ type: z.string(), message: z.string(), reason: z.string() }).nullable(),
  result: z.unknown(),
});

export type FollowedAttempt = z.output<typeof attempt>;

/** Words of every command that waits for a card. */
export const attemptWords = { encoder: { type: 'string' }, timeout: { type: 'string' } } as const;

/** How long a person may be given to place a card, seconds. */
const TIMEOUT = { least: 1, most: 600 } as const;

/** The seconds of the word `--timeout`; undefined without one. Throws CommandError for what is no such time. */
export function readTimeout(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(word) ? Number(word) : 0;
  if (seconds >= TIMEOUT.least && seconds <= TIMEOUT.most) return seconds;
  throw new CommandError(
    `--timeout is how many seconds to wait for a card: ${TIMEOUT.least} to ${TIMEOUT.most}, not "${word}".`,
    EXIT.usage,
  );
}

/** Nobody stops watching before the attempt's end. */
const NEVER = new AbortController().signal;

/** What starts an attempt. */
export interface AttemptOrder {
  readonly path: `/${string}`;
  readonly encoderId: string;
  /** 1 to 600; undefined: as long as the daemon gives. */
  readonly timeoutSeconds?: number | undefined;
  readonly params?: object;
}

/**
 * Starts an attempt, shows what the person should do and how far it has come, and resolves with its successful end. Ctrl-C cancels while it
 * waits for a card. Throws CommandError with what went wrong.
 */
export async function runAttempt(
  daemon: DaemonClient,
  { path, encoderId, timeoutSeconds, params }: AttemptOrder,
  terminal: Terminal,
): Promise<FollowedAttempt> {
  let id: string | undefined;
  let isUnwanted = false;
  // It is not cancelled while a card is being worked on; then the person is told so.
  const cancel = () => {
    isUnwanted = true;
    if (id === undefined) return;
    daemon.call('/action_attempts/cancel', { action_attempt_id: id }, z.unknown()).catch((error: unknown) => {
      if (!terminal.isJson) terminal.news(null, error instanceof Error ? error.message : String(error));
    });
  };
  process.on('SIGINT', cancel);
  try {
    for await (const message of watchDesk(daemon, NEVER)) {
      if (message.type === 'authenticated') {
        const begun = await daemon.call(
          path,
          {
            acs_encoder_id: encoderId,
            ...(timeoutSeconds === undefined ? {} : { timeout_seconds: timeoutSeconds }),
            ...params,
          },
          z.object({ action_attempt: attempt }),
        );
        id = begun.action_attempt.action_attempt_id;
        if (isUnwanted) cancel();
        continue;
      }
      if (message.type !== 'action_attempt.changed') continue;
      const now = z.object({ action_attempt: attempt }).parse(message).action_attempt;
      if (now.action_attempt_id !== id) continue;
      if (now.error !== null) {
        const { message, type, reason } = now.error;
        throw new CommandError(message, EXIT.failed, { type, reason });
      }
      if (now.status === 'success') return now;
      show(now, terminal);
    }
    throw new CommandError('The daemon says nothing more.');
  } catch (error) {
    if (id === undefined || !(error instanceof CommandError)) throw error;
    throw new CommandError(error.message, error.exitCode, { ...error.details, action_attempt_id: id });
  } finally {
    process.off('SIGINT', cancel);
  }
}

function show({ phase, hint, progress }: FollowedAttempt, terminal: Terminal): void {
  if (terminal.isJson) return;
  if (progress !== undefined) {
    const what = hint ?? (phase === 'verifying' ? 'Reading back.' : 'Writing.');
    terminal.progress(what, progress.done, progress.total);
  } else if (hint !== undefined) {
    terminal.news(null, hint);
  }
}
