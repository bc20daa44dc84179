import type { z } from 'zod';
import type { Order } from '../model/attempt.ts';
import type { Call } from './operation.ts';
import { type actionAttempt, toActionAttempt } from './wire/action-attempt.ts';
import { toTimeoutMs } from './wire/scan.ts';

/** What every request to an encoder says. */
interface EncoderInput {
  readonly acs_encoder_id: string;
  readonly timeout_seconds?: number | undefined;
}

/** Asks an encoder to carry out an order, and answers at once. Throws as Attempts.request does. */
export function requestAttempt(
  { input, desk, client }: Call<EncoderInput>,
  order: Order,
): { action_attempt: z.input<typeof actionAttempt> } {
  const attempt = desk.attempts.request({
    client,
    encoderId: input.acs_encoder_id,
    order,
    timeoutMs: toTimeoutMs(input, desk),
  });
  return { action_attempt: toActionAttempt(attempt, desk.site) };
}
