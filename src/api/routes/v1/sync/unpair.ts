import { z } from 'zod';
import { defineOperation, POSTS } from '../../../operation.ts';

export const syncUnpair = defineOperation({
  path: '/v1/sync/unpair',
  methods: POSTS,
  scopes: ['admin'],
  summary:
    'Makes this desk its own backend again, or ends a pairing that waits for its code; what the property server was not told stays in the outbox',
  needsApiKey: true,
  input: z.object({}),
  output: z.object({}),
  handle: ({ desk }) => {
    desk.pairing.unpair();
    return {};
  },
});
