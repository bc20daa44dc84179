import { z } from 'zod';
import { removeDesk } from '../../../../site/paired-desks.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { deskParameter } from '../../../wire/paired-desk.ts';

export const desksRemove = defineOperation({
  path: '/v1/desks/remove',
  methods: POSTS,
  scopes: ['admin'],
  summary: 'Lets a desk in no more, at once; what it has not told by then stays with it',
  needsApiKey: true,
  input: z.object({ desk: deskParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    removeDesk(site, input.desk);
    return {};
  },
});
