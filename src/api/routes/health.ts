import { z } from 'zod';
import { defineOperation, READS } from '../operation.ts';

export const health = defineOperation({
  path: '/health',
  methods: READS,
  scopes: null,
  summary: 'Whether the daemon works, and which drivers do',
  input: z.object({}),
  output: z.object({
    msg: z.string(),
    /** `unavailable`: no card can be written or read; `encoderctl site-keys list` says why. */
    site_keys: z.enum(['available', 'unavailable']),
    drivers: z.array(
      z.object({
        driver: z.string(),
        state: z.enum(['starting', 'running', 'unavailable']),
        reason: z.string().optional(),
      }),
    ),
  }),
  handle: ({ desk }) => ({
    msg: 'encoderd is working',
    site_keys: desk.hasSiteKeys() ? ('available' as const) : ('unavailable' as const),
    drivers: [...desk.encoders.drivers()],
  }),
});
