import { z } from 'zod';
import { dropMessage } from '../../../../site/outbox.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const syncDrop = defineOperation({
  path: '/v1/sync/drop',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Forgets a refused change: the backend is not told of it again, what is here stays until the backend says something else, and what waits behind it goes on',
  input: z.object({ message_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site, sync } }) => {
    dropMessage(site, input.message_id);
    sync.wake();
    return {};
  },
});
