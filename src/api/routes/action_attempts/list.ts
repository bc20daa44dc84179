import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { actionAttempt, isSeams, toActionAttempt } from '../../wire/action-attempt.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  timeParameter,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';

export const actionAttemptsList = defineOperation({
  path: '/action_attempts/list',
  methods: READS,
  scopes: ['read'],
  summary:
    'Action attempts, in the order in which they were made or newest first; erasing and inspecting a card by their ids, or with all_kinds',
  input: z.object({
    device_id: z.string().optional(),
    action_attempt_ids: z.array(idParameter).optional(),
    acs_encoder_id: idParameter.optional(),
    created_after: timeParameter.optional(),
    order: z.enum(['oldest_first', 'newest_first']).default('oldest_first'),
    /** Also the kinds that only this desk has, which clients of Seam's do not know. */
    all_kinds: z.boolean().default(false),
    ...pageParameters,
  }),
  output: z.object({ action_attempts: z.array(actionAttempt), pagination }),
  handle: ({ input, desk: { site } }) => {
    // A desk has no devices, so no attempt is about one.
    const page =
      input.device_id === undefined
        ? site.store.attempts.list(
            {
              ids: input.action_attempt_ids,
              encoderId: input.acs_encoder_id,
              createdAfter: input.created_after,
            },
            toPageRequest(input),
            input.order === 'newest_first' ? 'newestFirst' : 'oldestFirst',
          )
        : EMPTY_PAGE;
    const isEveryKind = input.all_kinds || input.action_attempt_ids !== undefined;
    const rows = isEveryKind ? page.rows : page.rows.filter(({ order }) => isSeams(order));
    return {
      action_attempts: rows.map((attempt) => toActionAttempt(attempt, site)),
      pagination: toPagination(page),
    };
  },
});
