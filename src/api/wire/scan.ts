import { z } from 'zod';

/** Parameters that the two scanning operations share. */
export const scanParameters = {
  salto_ks_metadata: z.object({ detect_new_tags: z.boolean().default(false) }).optional(),
  /** Seconds that a person has to place the card. */
  timeout_seconds: z.number().min(1).max(600).optional(),
};
