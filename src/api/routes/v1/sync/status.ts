import { z } from 'zod';
import { defineOperation, READS } from '../../../operation.ts';
import { syncDetails, toSyncDetails } from '../../../wire/sync.ts';

export const syncStatus = defineOperation({
  path: '/v1/sync/status',
  methods: READS,
  scopes: ['read'],
  summary:
    'How it stands with the backend: whether it is reached, what it must still learn, what it refused, and what to do',
  input: z.object({}),
  output: z.object({ sync: syncDetails }),
  handle: ({ desk }) => ({ sync: toSyncDetails(desk.sync.status()) }),
});
