import { z } from 'zod';
import { DESK_NAME } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pairing, toPairing } from '../../../wire/pairing.ts';

export const syncPair = defineOperation({
  path: '/v1/sync/pair',
  methods: POSTS,
  scopes: ['admin'],
  summary:
    'Asks a property server to take this desk, and gives the code that somebody must type there; /v1/sync/get_pairing says how it goes on',
  needsApiKey: true,
  hasSecretAnswer: true,
  input: z.object({
    /** The property server's address. */
    endpoint: z.string().trim().min(1).max(2000),
    /** What the desk is to be called there; the site's own name unless said. */
    name: z
      .string()
      .trim()
      .regex(DESK_NAME, 'Expected 1 to 100 characters, and no control characters')
      .optional(),
  }),
  output: z.object({ pairing }),
  handle: async ({ input, desk }) => {
    const name = input.name ?? desk.site.settings.name.slice(0, 100);
    return { pairing: toPairing(await desk.pairing.pair(input.endpoint, name)) };
  },
});
