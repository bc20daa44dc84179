import { z } from 'zod';
import { noBackend } from '../../../errors.ts';
import { defineOperation, POSTS } from '../../../operation.ts';

export const syncResync = defineOperation({
  path: '/v1/sync/resync',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Walks through everything that the backend has, and makes it the same here; what the backend has not been told yet stays. Answers when that begins',
  input: z.object({}),
  output: z.object({}),
  handle: ({ desk: { sync } }) => {
    if (sync.status().state === 'off') throw noBackend();
    sync.resync();
    return {};
  },
});
