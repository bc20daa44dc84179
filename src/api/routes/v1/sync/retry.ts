import { z } from 'zod';
import { retryMessage } from '../../../../site/outbox.ts';
import { retryAll } from '../../../../site/retry-all.ts';
import { noBackend } from '../../../errors.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const syncRetry = defineOperation({
  path: '/v1/sync/retry',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Tells the backend a refused change again, or all of them, at once: it counts then, although somebody changed the same above meanwhile. With `all`, also tries again at once to reach the backend',
  input: z
    .object({
      message_id: idParameter.optional(),
      /** Every change that was refused, and whatever else waits for the backend. */
      all: z.boolean().optional(),
    })
    .refine(
      ({ message_id, all = false }) => (message_id === undefined) === all,
      'Must specify either message_id or all, and not both',
    ),
  output: z.object({ retried_count: z.int() }),
  handle: async ({ input: { message_id }, desk: { site, sync } }) => {
    if (message_id !== undefined) retryMessage(site, message_id);
    const retried_count = message_id === undefined ? await retryAll(site) : 1;
    if (retried_count === 0 && sync.status().state === 'off') throw noBackend();
    sync.wake();
    return { retried_count };
  },
});
