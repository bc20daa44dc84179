import { z } from 'zod';
import { replaceDeskKey } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { deskParameter, pairedDesk, toPairedDesk } from '../../../wire/paired-desk.ts';

export const desksReplaceKey = defineOperation({
  path: '/v1/desks/replace_key',
  methods: POSTS,
  scopes: ['admin'],
  summary: 'Gives a desk another key, which is in this answer only; the one before counts no more, at once',
  needsApiKey: true,
  hasSecretAnswer: true,
  input: z.object({ desk: deskParameter }),
  output: z.object({ desk: pairedDesk, api_key: z.string() }),
  handle: ({ input, desk: { site } }) => {
    const { token, desk } = replaceDeskKey(site, input.desk);
    return { desk: toPairedDesk(desk), api_key: token };
  },
});
