import { z } from 'zod';
import { takeBackendsVersion } from '../../../../site/outbox.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

export const syncTakeTheirs = defineOperation({
  path: '/v1/sync/take_theirs',
  methods: POSTS,
  scopes: ['manage'],
  summary:
    'Forgets a refused change with all later ones of the same thing, and makes the thing here what it is above; one that the backend does not have goes',
  input: z.object({ message_id: idParameter }),
  output: z.object({}),
  handle: ({ input, desk: { site, sync } }) => {
    takeBackendsVersion(site, input.message_id);
    sync.wake();
    return {};
  },
});
