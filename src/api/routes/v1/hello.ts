import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';

/** The version of the WebSocket protocol that this daemon speaks. */
export const PROTOCOL = 1;

export const hello = defineOperation({
  path: '/v1/hello',
  methods: READS,
  scopes: null,
  summary: 'What answers here; nothing that a stranger may not know',
  input: z.object({}),
  output: z.object({ product: z.literal('encoderd'), protocol: z.int() }),
  handle: () => ({ product: 'encoderd' as const, protocol: PROTOCOL }),
});
