import { z } from 'zod';

/** `drivers.virtual` in the configuration. */
export const virtualOptions = z.strictObject({
  /** How many virtual encoders stand on the desk. */
  encoders: z.int().min(1).max(64).default(2),
  /** Whether they have a light, which is a line in the log at the level debug. */
  has_light: z.boolean().default(false),
  /** One of them, each in turn, loses its cable for a moment this often: for soak tests. Absent: none ever does. */
  one_lost_every_seconds: z.number().min(1).optional(),
});
