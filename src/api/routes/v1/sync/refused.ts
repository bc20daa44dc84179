import { z } from 'zod';
import { waitingBehind } from '../../../../site/waiting-behind.ts';
import { defineOperation, READS } from '../../../operation.ts';
import { pageParameters, pagination, toPageRequest, toPagination } from '../../../wire/fields.ts';
import { refusedChange, toRefusedChange } from '../../../wire/sync.ts';
import { isRefused } from '../../../wire/sync-standing.ts';

export const syncRefused = defineOperation({
  path: '/v1/sync/refused',
  methods: READS,
  scopes: ['manage'],
  summary:
    'The changes that the backend refused, in the order in which they were made: each waits for a person, who retries it, drops it, or takes the backend’s version',
  input: z.object({ ...pageParameters }),
  output: z.object({ refused_changes: z.array(refusedChange), pagination }),
  handle: async ({ input, desk: { site } }) => {
    const page = site.store.outbox.refused(toPageRequest(input));
    const counts = page.rows.length === 0 ? new Map<string, number>() : await waitingBehind(site);
    return {
      refused_changes: page.rows
        .filter(isRefused)
        .map((message) => toRefusedChange(message, counts.get(message.id) ?? 0, site)),
      pagination: toPagination(page),
    };
  },
});
