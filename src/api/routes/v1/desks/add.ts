import { z } from 'zod';
import { addDesk, DESK_NAME } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { pairedDesk, toPairedDesk } from '../../../wire/paired-desk.ts';

export const desksAdd = defineOperation({
  path: '/v1/desks/add',
  methods: POSTS,
  scopes: ['admin'],
  summary: 'Pairs a desk by a key that is handed over by hand; the key is in this answer only',
  needsApiKey: true,
  hasSecretAnswer: true,
  input: z.object({
    name: z.string().trim().regex(DESK_NAME, 'Expected 1 to 100 characters, and no control characters'),
  }),
  output: z.object({ desk: pairedDesk, api_key: z.string() }),
  handle: ({ input, desk: { site } }) => {
    const { token, desk } = addDesk(site, input.name);
    return { desk: toPairedDesk(desk), api_key: token };
  },
});
