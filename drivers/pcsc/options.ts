import { z } from 'zod';

/** `drivers.pcsc` in the configuration. */
export const pcscOptions = z.strictObject({
  /** Milliseconds in which a card must have answered an exchange; after that the reader counts as stuck. */
  exchange_timeout_ms: z.int().min(50).max(60_000).default(10_000),
  /** Milliseconds for which the driver tries again when another program holds the reader. */
  sharing_timeout_ms: z.int().min(0).max(60_000).default(3_000),
});

export type PcscOptions = z.infer<typeof pcscOptions>;
