import { z } from 'zod';

/** `drivers.virtual` in the configuration. */
export const virtualOptions = z.strictObject({
  /** How many virtual encoders stand on the desk. */
  encoders: z.int().min(1).max(64).default(2),
});
