import { z } from 'zod';
import { defineOperation, READS } from '../../operation.ts';
import { actionAttempt, isSeams, toActionAttempt } from '../../wire/action-attempt.ts';
import {
  EMPTY_PAGE,
  idParameter,
  pageParameters,
  pagination,
  toPageRequest,
  toPagination,
} from '../../wire/fields.ts';

export const actionAttemptsList = defineOperation({
  path: '/action_attempts/list',
  methods: READS,
  scopes: ['read'],
  summary:
    'Action attempts, in the order in which they were made; erasing and inspecting a card by their ids only',
  input: z.object({
    device_id: z.string().optional(),
    action_attempt_ids: z.array(idParameter).optional(),
    ...pageParameters,
  }),
  output: z.object({ action_attempts: z.array(actionAttempt), pagination }),
  handle: ({ input, desk: { site } }) => {
    // A desk has no devices, so no attempt is about one.
    const page =
      input.device_id === undefined
        ? site.store.attempts.list({ ids: input.action_attempt_ids }, toPageRequest(input))
        : EMPTY_PAGE;
    // Clients of Seam's do not know the kinds of attempt that only this desk has: those are had by their ids.
    const rows =
      input.action_attempt_ids === undefined ? page.rows.filter(({ order }) => isSeams(order)) : page.rows;
    return {
      action_attempts: rows.map((attempt) => toActionAttempt(attempt, site)),
      pagination: toPagination(page),
    };
  },
});
