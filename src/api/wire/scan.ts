import { z } from 'zod';
import type { Desk } from '../operation.ts';

/** Parameter of whatever waits for a card. */
export const timeoutParameter = {
  /** Seconds that a person has to place the card. */
  timeout_seconds: z.number().min(1).max(600).optional(),
};

/** Parameters that the two scanning operations share. */
export const scanParameters = {
  salto_ks_metadata: z.object({ detect_new_tags: z.boolean().default(false) }).optional(),
  ...timeoutParameter,
};

/** How long a person has for this request, milliseconds. */
export function toTimeoutMs(
  { timeout_seconds }: { timeout_seconds?: number | undefined },
  { defaultTimeoutMs }: Desk,
): number {
  return timeout_seconds === undefined ? defaultTimeoutMs : timeout_seconds * 1000;
}
