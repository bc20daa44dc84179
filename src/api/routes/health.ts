import { z } from 'zod';
import { defineOperation, READS } from '../operation.ts';

export const health = defineOperation({
  path: '/health',
  methods: READS,
  scope: null,
  summary: 'Whether the daemon works, and which drivers do',
  input: z.object({}),
  output: z.object({
    msg: z.string(),
    drivers: z.array(
      z.object({
        driver: z.string(),
        state: z.enum(['starting', 'running', 'unavailable']),
        reason: z.string().optional(),
      }),
    ),
  }),
  handle: ({ desk }) => ({ msg: 'encoderd is working', drivers: [...desk.encoders.drivers()] }),
});
